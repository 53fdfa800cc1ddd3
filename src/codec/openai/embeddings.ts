import type { CreateEmbeddingRequest, Embedding } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../../chat/error.ts";
import type { EmbeddingCodec } from "../embedding-codec.ts";
import { leaveExtensions } from "../embedding-params.ts";
import { JsonProblem, JsonReader } from "../json/json-reader.ts";
import { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "./decode-request.ts";
import { embeddingRequestJson, embeddingResponseJson, noIndex } from "./embedding-json.ts";

/** How a server of OpenAI's API differs from the others. */
export interface OpenAiEmbeddingsOptions {
  /** How many inputs a request may have. Default 2048, as OpenAI's. */
  readonly mostInputs?: number | undefined;
  /** Whether vectors are asked for in base64, whatever the client asks for: the same numbers at a fifth of the bytes. Default false. */
  readonly base64?: boolean | undefined;
}

/** Sluice's own members of a body. */
const ownMembers: ReadonlySet<string> = new Set(["extensions"]);

/** OpenAI's embeddings API (https://platform.openai.com/docs/api-reference/embeddings), which many others speak. */
export function openAiEmbeddings({ mostInputs = 2048, base64 = false }: OpenAiEmbeddingsOptions = {}): EmbeddingCodec {
  return {
    mostInputs: () => mostInputs,
    encodeRequest(request, { model, unsupported }) {
      const outgoing = { ...(request as CreateEmbeddingRequest), model }; // read, never written
      if (base64) outgoing.encodingFormat = "base64";
      const left = new LeftOutParams(unsupported);
      leaveExtensions(request, undefined, left);
      return { body: readingRequest(() => `{${embeddingRequestJson.members(outgoing, ownMembers)}}`), dropped: left.names };
    },
    decodeResponse(body, { inputs }) {
      try {
        const reader = new JsonReader(body);
        const { data, model, usage, unknownFieldsJson } = embeddingResponseJson.float.read(reader);
        reader.end();
        return { data: onePerInput(data, inputs), usage, upstreamModel: model === "" ? undefined : model, unknownFieldsJson };
      } catch (error) {
        if (!(error instanceof JsonProblem)) throw error;
        throw new GatewayError("upstream_error", "the upstream's reply is no list of embeddings", { cause: error });
      }
    },
  };
}

/** Vectors in the order of their inputs. Those that say no index are in that order already. */
function onePerInput(data: readonly Embedding[], inputs: number): Embedding[] {
  data.forEach((each, position) => {
    if (each.index === noIndex) each.index = position;
  });
  const ordered = data.toSorted((a, b) => a.index - b.index);
  const complete = ordered.length === inputs && ordered.every(({ index, embedding }, i) => index === i && embedding.length > 0);
  if (!complete) throw new GatewayError("upstream_error", "the upstream's reply has not one vector per input");
  return ordered;
}
