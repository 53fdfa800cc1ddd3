import type { CreateEmbeddingRequest } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import { JsonReader } from "./json/json-reader.ts";
import type { LeftOutParams } from "./left-out-params.ts";
import { readingRequest } from "./openai/decode-request.ts";
import { embeddingRequestJson } from "./openai/embedding-json.ts";
import type { VendorOptionRules } from "./vendor-options.ts";

/** What every codec takes, in its own way. */
const always = ["model", "input", "encoding_format", "extensions"];

/** OpenAI's own: where a body has none of them, they may pass under their names. */
const known: ReadonlySet<string> = new Set(["dimensions", "user"]);

/**
 * Leaves every parameter of an embedding request but those under these names (OpenAI's), and the options of other vendors. What a client
 * sends beside the known ones is never passed under a name that the body may have of its own: one that is written or an option's.
 */
export function leaveParamsBut(
  taken: readonly string[],
  { vendor, allowed, written }: VendorOptionRules,
  request: Immutable<CreateEmbeddingRequest>,
  left: LeftOutParams,
): void {
  leaveExtensions(request, vendor, left);
  const skipped = new Set([...always, ...taken]);
  const rest = readingRequest(() => embeddingRequestJson.members(request as CreateEmbeddingRequest, skipped)); // read, never written
  const reader = new JsonReader(`{${rest}}`);
  reader.object((key) => {
    const json = reader.raw();
    left.leave(key, known.has(key) || !(written.has(key) || allowed.has(key)) ? json : undefined);
  });
}

/** Leaves the options of every vendor but one. */
export function leaveExtensions(
  { extensionsJson }: Immutable<CreateEmbeddingRequest>,
  vendor: string | undefined,
  left: LeftOutParams,
): void {
  for (const other of Object.keys(extensionsJson)) if (other !== vendor) left.leave(`extensions.${other}`);
}

/**
 * The texts of a request, for vendors that take nothing else.
 * @throws GatewayError `unsupported_parameter` when its inputs are tokens.
 */
export function textsOf({ input, inputTokens }: Immutable<CreateEmbeddingRequest>): readonly string[] {
  if (inputTokens.length === 0) return input;
  throw new GatewayError("unsupported_parameter", "input: the provider of this model takes texts, not tokens", {
    param: "input",
  });
}
