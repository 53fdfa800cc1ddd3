import { GatewayError } from "../../chat/error.ts";
import type { Clock } from "../../chat/ports/clock.ts";
import { eventOf, type StreamEvent } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import { decodeError, decodeStreamError } from "../../codec/openai/decode-error.ts";
import { openAiModels } from "../../codec/openai/decode-models.ts";
import { decodeResponse } from "../../codec/openai/decode-reply.ts";
import { type OpenAiEmbeddingsOptions, openAiEmbeddings } from "../../codec/openai/embeddings.ts";
import { encodeRequest } from "../../codec/openai/encode-request.ts";
import { scanReply } from "../../codec/openai/scan-chunk.ts";
import { spliceRequest } from "../../codec/openai/splice-request.ts";
import { WireEvent } from "../../codec/openai/wire-event.ts";
import type { Provider, UpstreamCall } from "../provider.ts";
import { httpProvider, type VendorApi } from "./http-provider.ts";
import { noteUpstreamModel } from "./note-upstream-model.ts";
import { OpenAiReader } from "./openai-reader.ts";
import { UpstreamStream } from "./upstream-stream.ts";

/** A vendor that speaks OpenAI's chat completions API. */
export interface OpenAiHttpOptions {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** Where the API is, up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** Headers of every request: authentication and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether streams are asked to end with their usage. */
  readonly streamUsage: boolean;
  /** How its embeddings differ from OpenAI's. */
  readonly embeddings?: OpenAiEmbeddingsOptions | undefined;
  readonly models: readonly string[];
  readonly clock: Clock;
}

/** Makes a provider that speaks OpenAI's API over HTTP: bytes pass where nobody changed them, messages are encoded otherwise. */
export function openAiHttp({ headers, streamUsage, embeddings, ...options }: OpenAiHttpOptions): Provider {
  return httpProvider({
    ...options,
    authenticate: () => headers,
    api: openAiApi(options.name, streamUsage),
    embeddings: { codec: openAiEmbeddings(embeddings), path: () => "/embeddings" },
    listing: { codec: openAiModels, path: "/models" },
  });
}

function openAiApi(provider: string, includeUsage: boolean): VendorApi {
  return {
    request({ model, streamed, metadata, wire, request }) {
      const body = { model, streamed, metadata, includeUsage };
      return {
        path: "/chat/completions",
        body: wire === undefined ? encodeRequest(request(), body) : spliceRequest(wire, body),
      };
    },
    isStream: (contentType) => contentType.startsWith("text/event-stream"),
    stream: (body, call) => new UpstreamStream(body, call, provider, new OpenAiReader(call, provider)),
    whole: (bytes, call) => wholeEvent(bytes, call, provider),
    refusal: (failure) => decodeError(failure),
  };
}

function wholeEvent(bytes: Buffer, call: UpstreamCall, provider: string): StreamEvent {
  const text = bytes.toString("latin1");
  const scan = scanReply(text);
  if (scan.isError) throw decodeStreamError(bytes.toString("utf8"), provider);
  if (scan.choices.length === 0) throw new GatewayError("upstream_error", "the upstream's reply has no choices");
  noteUpstreamModel(call.notes, scan, text, 0);
  if (call.forwardsWire && !call.streamed) return new WireEvent("completion", text, 0, text.length, scan, 0, call.requestedModel);
  const [chunk] = unfold(decodeResponse(bytes.toString("utf8"), { model: call.requestedModel }));
  if (chunk === undefined) throw new GatewayError("internal", "internal error");
  return eventOf(chunk);
}
