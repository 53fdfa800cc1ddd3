import type { ChatCompletionChunk } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../../chat/error.ts";
import type { ChatCodec, ChunkDecoder, DecodeOptions } from "../chat-codec.ts";
import { JsonReader } from "../json/json-reader.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { vendorOptions } from "../vendor-options.ts";
import { decodeError, decodeStreamError } from "./decode-error.ts";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";
import type { Dialect } from "./dialect.ts";
import { encodeRequest } from "./encode-request.ts";
import { fitBody } from "./fit-body.ts";
import { membersOf, membersText } from "./json-members.ts";
import { modelledMembers } from "./request-json.ts";
import { type ScannedReply, scanReply } from "./scan-chunk.ts";

/** Whose chat completions are spoken. */
export interface OpenAiCodecOptions {
  /** The vendor's name among the extensions. */
  readonly vendor: string;
  /** How its requests differ from OpenAI's; undefined: nobody knows, and they are sent as they are. */
  readonly dialect?: Dialect | undefined;
  /** Whether streams are asked to end with their usage. */
  readonly streamUsage: boolean;
}

/** The chat completions API (https://platform.openai.com/docs/api-reference/chat), as OpenAI or another vendor has it. */
export function openAiCodec({ vendor, dialect, streamUsage }: OpenAiCodecOptions): ChatCodec {
  const written = new Set([...modelledMembers, ...(dialect?.renamed.values() ?? [])]);
  return {
    encodeRequest(request, { model, streamed, metadata, unsupported, allowedOptions }) {
      const left = new LeftOutParams(unsupported);
      const options = vendorOptions(request, { vendor, allowed: allowedOptions, written }, left);
      const encoded = encodeRequest(request, { model, streamed, metadata, includeUsage: streamUsage }).toString();
      const fitted = dialect?.concernsBody(request, encoded) === true ? fitBody(encoded, dialect, left) : encoded;
      return { body: options.length === 0 ? fitted : withOptions(fitted, options, vendor), dropped: left.names };
    },
    decodeResponse(body, { model, provider }) {
      const scan = scanned(body, provider);
      if (scan.choices.length === 0) throw new GatewayError("upstream_error", "the upstream's reply has no choices");
      return { response: decodeResponse(body, { model }), upstreamModel: modelOf(scan, body) };
    },
    decodeStream: (options) => new OpenAiChunkDecoder(options),
    decodeError,
  };
}

function withOptions(body: string, options: readonly (readonly [name: string, json: string])[], vendor: string): string {
  const members = membersOf(new JsonReader(body));
  for (const [name, json] of options) {
    if (members.has(name)) {
      const param = `extensions.${vendor}.${name}`;
      throw new GatewayError("invalid_request", `${param}: the request says this twice`, { param });
    }
    members.set(name, json);
  }
  return `{${membersText(members)}}`;
}

/** Chunks one by one. For a vendor's stream, where many come, `ChunkScanner` and its templates do the same for less. */
class OpenAiChunkDecoder implements ChunkDecoder {
  readonly #options: DecodeOptions;
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  upstreamModel: string | undefined;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  get complete(): boolean {
    return this.#begun.size > 0 && this.#begun.isSubsetOf(this.#finished);
  }

  next(data: string): ChatCompletionChunk | undefined {
    if (data.startsWith("[DONE]")) return undefined;
    const { model, provider } = this.#options;
    const scan = scanned(data, provider);
    this.upstreamModel ??= modelOf(scan, data);
    for (const index of scan.choices) this.#begun.add(index);
    for (const index of scan.finished) this.#finished.add(index);
    return decodeChunk(data, { model });
  }
}

function scanned(json: string, provider: string): ScannedReply {
  const scan = scanReply(json);
  if (scan.isError) throw decodeStreamError(json, provider);
  return scan;
}

/** Who says to have answered; some leave it empty in some chunks. */
function modelOf({ modelStart, modelEnd }: ScannedReply, json: string): string | undefined {
  const model: unknown = modelEnd === 0 ? undefined : JSON.parse(json.slice(modelStart, modelEnd));
  return typeof model === "string" && model !== "" ? model : undefined;
}
