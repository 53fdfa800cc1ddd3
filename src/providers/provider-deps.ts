import type { Clock } from "../chat/ports/clock.ts";
import type { UpstreamSettings } from "../transport/upstream-settings.ts";
import type { AwsEnvironment } from "./aws/aws-environment.ts";

/** What every provider is given beside its own options. */
export interface ProviderDeps {
  readonly clock: Clock;
  /** The wall clock, as Unix time in milliseconds: for signatures and what expires. Default the system's. */
  readonly wallNow?: (() => number) | undefined;
  /** How its upstream is to be reached. Default: as {@link UpstreamSettings} says. */
  readonly upstream?: UpstreamSettings | undefined;
  /** What the process's environment says of AWS. */
  readonly aws?: AwsEnvironment | undefined;
}
