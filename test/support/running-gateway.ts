import type { z } from "zod";
import type { Log } from "../../src/chat/ports/log.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import type { configSchema } from "../../src/config/schema.ts";
import { createGateway } from "../../src/gateway.ts";

/** A whole gateway on real sockets of loopback. */
export interface RunningGateway {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Of all main listeners in order, the first one's included. */
  readonly ports: readonly number[];
  /** Where the pages for operators are, if any listener is configured for them. */
  readonly pages: readonly string[];
  /** Closes it; what runs is cut after `timeoutMs`, default at once. */
  close(timeoutMs?: number): Promise<void>;
}

/** What a test configures, as a configuration file would say it. */
export type TestConfig = Partial<z.input<typeof configSchema>>;

/** On a busy machine a gateway would shed what a test asks for. */
export const patience = { SLUICE_SERVER__OVERLOAD__EVENT_LOOP_LAG: "1m" } as const;

/** Starts a gateway with a configuration: the demo provider is always there, the port is any free one, nothing is detected. */
export async function startGateway(config: TestConfig = {}, log?: Log): Promise<RunningGateway> {
  const server = { listen: ["127.0.0.1:0"], admin: "off", ...config.server };
  return running(await loadConfig({ env: { ...patience, SLUICE_CONFIG_JSON: JSON.stringify({ ...config, server }) } }), log);
}

/** Starts a gateway with a configuration file, on any free port. */
export async function startGatewayFrom(file: string, log?: Log): Promise<RunningGateway> {
  return running(await loadConfig({ env: patience, file, flags: { listen: ["127.0.0.1:0"], admin: "off" } }), log);
}

async function running(loaded: LoadedConfig, log: Log | undefined): Promise<RunningGateway> {
  const gateway = await createGateway(loaded, log === undefined ? {} : { log });
  const ports = (await gateway.listen()).map(({ address }) => Number(address.split(":").at(-1)));
  const [port = 0] = ports;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ports,
    pages: gateway.pages,
    close: (timeoutMs = 0) => gateway.close(timeoutMs),
  };
}
