import { GatewayError } from "../../chat/error.ts";
import { Lease } from "../../chat/lease.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { HttpClient, type HttpRequest } from "../../transport/http-client.ts";
import type { UpstreamSettings } from "../../transport/upstream-settings.ts";

/** A question to a service that gives credentials. */
export interface CredentialQuestion {
  readonly url: URL;
  /** Default GET, and POST with a form. */
  readonly method?: HttpRequest["method"] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is sent, URL-encoded. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  /** How long to wait for the whole answer, in milliseconds. Default 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /** How the service is reached, which is not how models are. */
  readonly settings?: Pick<UpstreamSettings, "proxyFor" | "allowAddresses"> | undefined;
}

/** What it answers. */
export interface CredentialAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Addresses of the services that give a machine or a container its own credentials. No model may be asked there, but these may: of AWS
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html, for machines `feature-imds-credentials.html`) and of
 * Google (https://cloud.google.com/compute/docs/metadata/querying-metadata).
 */
export const metadataAddresses: readonly string[] = [
  "169.254.169.254",
  "fd00:ec2::254",
  "169.254.170.2",
  "169.254.170.23",
  "fd00:ec2::23",
  "fd20:ce::254",
];

const maxBytes = 64 * 1024;

/**
 * Asks once, for no call in particular, and gives the status and the text. That is seldom: the connection is closed afterwards.
 * @throws GatewayError `upstream_timeout` when there is no whole answer in time, `upstream_error` when there is none for another reason.
 */
export async function askCredentialService(question: CredentialQuestion, clock: Clock): Promise<CredentialAnswer> {
  const lease = new Lease();
  const late = () => lease.close(new GatewayError("upstream_timeout", "the upstream's credentials took too long"));
  const cancel = clock.after(question.timeoutMs ?? 10_000, late);
  try {
    return await exchange(question, lease, clock);
  } catch (cause) {
    throw lease.error ?? new GatewayError("upstream_error", "the upstream's credentials cannot be had", { cause });
  } finally {
    cancel();
    lease.close();
  }
}

async function exchange({ url, form, ...question }: CredentialQuestion, lease: Lease, clock: Clock): Promise<CredentialAnswer> {
  const { method = form === undefined ? "GET" : "POST", headers, settings } = question;
  const client = new HttpClient({ origin: url.origin, provider: "credentials", clock, settings });
  try {
    const reply = await client.send({
      method,
      path: `${url.pathname}${url.search}`,
      headers: { "user-agent": "sluice", ...(form && formType), ...headers },
      ...(form && { body: Buffer.from(new URLSearchParams(form).toString()) }),
      lease,
    });
    return { status: reply.status, text: (await reply.body.all(maxBytes)).toString("utf8") };
  } finally {
    await client.close();
  }
}

const formType = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
