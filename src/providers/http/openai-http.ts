import { GatewayError } from "../../chat/error.ts";
import { eventOf, type StreamEvent } from "../../chat/stream.ts";
import { unfold } from "../../chat/unfold.ts";
import { LeftOutParams } from "../../codec/left-out-params.ts";
import { decodeError, decodeStreamError } from "../../codec/openai/decode-error.ts";
import { openAiModels } from "../../codec/openai/decode-models.ts";
import { decodeResponse } from "../../codec/openai/decode-reply.ts";
import { Dialect } from "../../codec/openai/dialect.ts";
import { type OpenAiEmbeddingsOptions, openAiEmbeddings } from "../../codec/openai/embeddings.ts";
import { fitBody } from "../../codec/openai/fit-body.ts";
import { openAiCodec } from "../../codec/openai/openai-codec.ts";
import { scanReply } from "../../codec/openai/scan-chunk.ts";
import { spliceRequest } from "../../codec/openai/splice-request.ts";
import type { VendorQuirks } from "../../codec/openai/vendor-quirks.ts";
import { WireEvent } from "../../codec/openai/wire-event.ts";
import type { Provider, UpstreamCall } from "../provider.ts";
import type { ProviderDeps } from "../provider-deps.ts";
import { httpProvider, type VendorApi } from "./http-provider.ts";
import { noteUpstreamModel } from "./note-upstream-model.ts";
import { OpenAiReader } from "./openai-reader.ts";
import { paramRules } from "./param-rules.ts";
import type { ParamSettings } from "./param-settings.ts";
import { UpstreamStream } from "./upstream-stream.ts";
import type { VendorAuth, VendorRequest } from "./vendor-http.ts";

/** A vendor that speaks OpenAI's chat completions API. */
export interface OpenAiHttpOptions extends Partial<VendorAuth>, ParamSettings {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** The vendor's name: what its options are called among the extensions. Default: it has none. */
  readonly vendor?: string | undefined;
  /** Where the API is, up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** Headers of every request: authentication and the like, where that is always the same. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Path and query of an endpoint, below the base URL: of a model, but for the list of them. Default the endpoint alone. */
  readonly path?: ((endpoint: "chat/completions" | "embeddings" | "models", model: string) => string) | undefined;
  /** Whether streams are asked to end with their usage. */
  readonly streamUsage: boolean;
  /** How its requests differ from OpenAI's. Default: nobody knows, and they are sent as they are. */
  readonly quirks?: VendorQuirks | undefined;
  /** How its embeddings differ from OpenAI's. */
  readonly embeddings?: OpenAiEmbeddingsOptions | undefined;
  readonly models: readonly string[];
  readonly deps: ProviderDeps;
}

/** Makes a provider that speaks OpenAI's API over HTTP: bytes pass where nobody changed them, messages are encoded otherwise. */
export function openAiHttp({ headers = {}, authenticate = () => headers, refused, ...options }: OpenAiHttpOptions): Provider {
  const { name, vendor, baseUrl, path = ofEveryModel, models, deps } = options;
  return httpProvider({
    name,
    vendor,
    baseUrl,
    models,
    deps,
    authenticate,
    refused,
    api: openAiApi(options),
    embeddings: {
      codec: openAiEmbeddings(options.embeddings),
      path: (model) => path("embeddings", model),
      ...paramRules(options, noOptions),
    },
    listing: { codec: openAiModels, path: path("models", "") },
  });
}

/** Its embeddings have none of the vendor's own. */
const noOptions: ReadonlySet<string> = new Set();

const ofEveryModel: NonNullable<OpenAiHttpOptions["path"]> = (endpoint) => `/${endpoint}`;

type ApiOptions = Omit<OpenAiHttpOptions, "headers" | keyof VendorAuth>;

function openAiApi({ name: provider, vendor = "", quirks, streamUsage, ...options }: ApiOptions): VendorApi {
  const { path = ofEveryModel, unsupportedParams = "drop" } = options;
  const dialect = quirks === undefined ? undefined : new Dialect(quirks);
  const codec = openAiCodec({ vendor, dialect, streamUsage });
  const allowedOptions = new Set(options.allowedOptions);

  function bodyOf(call: UpstreamCall): Buffer {
    const { model, streamed, metadata, wire } = call;
    const unsupported = call.unsupportedParams ?? unsupportedParams;
    if (wire === undefined) {
      const encoded = codec.encodeRequest(call.request(), { model, streamed, metadata, unsupported, allowedOptions });
      noteDropped(call, encoded.dropped);
      return Buffer.from(encoded.body);
    }
    const spliced = spliceRequest(wire, { model, streamed, metadata, includeUsage: streamUsage });
    if (dialect?.concernsBytes(wire) !== true) return spliced;
    const left = new LeftOutParams(unsupported);
    const fitted = fitBody(spliced.toString("utf8"), dialect, left);
    noteDropped(call, left.names);
    return Buffer.from(fitted);
  }

  return {
    request: (call): VendorRequest => ({ path: path("chat/completions", call.model), body: bodyOf(call) }),
    isStream: (contentType) => contentType.startsWith("text/event-stream"),
    stream: (body, call) => new UpstreamStream(body, call, provider, new OpenAiReader(call, provider)),
    whole: (bytes, call) => wholeEvent(bytes, call, provider),
    refusal: (failure) => decodeError(failure),
  };
}

function noteDropped({ notes }: UpstreamCall, names: readonly string[]): void {
  if (names.length > 0) notes.droppedParams = [...(notes.droppedParams ?? []), ...names];
}

function wholeEvent(bytes: Buffer, call: UpstreamCall, provider: string): StreamEvent {
  const text = bytes.toString("latin1");
  const scan = scanReply(text);
  if (scan.isError) throw decodeStreamError(bytes.toString("utf8"), provider);
  if (scan.choices.length === 0) throw new GatewayError("upstream_error", "the upstream's reply has no choices");
  noteUpstreamModel(call.notes, scan, text, 0);
  if (call.forwardsWire && !call.streamed && !scan.hasParts)
    return new WireEvent("completion", text, 0, text.length, scan, 0, call.requestedModel);
  const [chunk] = unfold(decodeResponse(bytes.toString("utf8"), { model: call.requestedModel }));
  if (chunk === undefined) throw new GatewayError("internal", "internal error");
  return eventOf(chunk);
}
