import { GatewayError } from "../../chat/error.ts";
import { Lease } from "../../chat/lease.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { HttpClient } from "../../transport/http-client.ts";
import { credentialFailure } from "./credential-failure.ts";

/** A question to a service that gives credentials. */
export interface MetadataRequest {
  readonly url: URL;
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number;
}

const maxBytes = 64 * 1024;

/**
 * Asks once, over a connection of its own, and gives the status and the text.
 * @throws GatewayError `upstream_auth` when there is no answer in time.
 */
export async function askMetadata(
  { url, method = "GET", headers = {}, body, timeoutMs }: MetadataRequest,
  clock: Clock,
): Promise<{ readonly status: number; readonly text: string }> {
  const client = new HttpClient({ origin: url.origin, provider: "aws", clock });
  const lease = new Lease();
  const stop = clock.after(timeoutMs, () => lease.close(new GatewayError("upstream_timeout", "no answer in time")));
  try {
    const path = `${url.pathname}${url.search}`;
    const bytes = body === undefined ? {} : { body: Buffer.from(body) };
    const reply = await client.send({ method, path, headers, lease, ...bytes });
    return { status: reply.status, text: (await reply.body.all(maxBytes)).toString("utf8") };
  } catch (cause) {
    throw credentialFailure("a service that gives AWS credentials does not answer", cause);
  } finally {
    stop();
    lease.close();
    await client.close();
  }
}
