import { GatewayError } from "../../src/chat/error.ts";
import { Lease } from "../../src/chat/lease.ts";
import type { ChatStream, StreamEvent } from "../../src/chat/stream.ts";
import { incomingRequest } from "../../src/codec/openai/incoming-request.ts";
import type { UpstreamCall } from "../../src/providers/provider.ts";

/** How an upstream is asked. */
export interface CallOptions {
  readonly streamed?: boolean;
  /** Whether nobody reads the call: the client's bytes go out, the upstream's come back. */
  readonly forwarded?: boolean;
  readonly body?: object;
  readonly metadata?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** A call of an upstream, as the router makes it. */
export function upstreamCall({
  streamed = true,
  forwarded = false,
  body,
  metadata,
  headers = {},
}: CallOptions = {}): UpstreamCall {
  const sent = {
    model: "vendor/asked",
    messages: [{ role: "user", content: "Grüß Gott" }],
    ...(streamed ? { stream: true } : {}),
    ...body,
  };
  const incoming = incomingRequest(Buffer.from(JSON.stringify(sent)));
  return {
    callId: "call",
    model: "theirs",
    requestedModel: "vendor/asked",
    streamed,
    wire: forwarded ? incoming.wire : undefined,
    forwardsWire: forwarded,
    request: () => incoming.decode(),
    metadata,
    headers,
    lease: new Lease(),
    notes: {},
  };
}

/** A reply read to its end. */
export interface ReadReply {
  readonly batches: readonly (readonly StreamEvent[])[];
  readonly error: GatewayError | undefined;
}

/** Reads a reply until it ends or fails. */
export async function readReply(stream: ChatStream): Promise<ReadReply> {
  const batches: (readonly StreamEvent[])[] = [];
  try {
    for await (const batch of stream) batches.push(batch);
    return { batches, error: undefined };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { batches, error };
  }
}
