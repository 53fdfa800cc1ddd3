import { create } from "@bufbuild/protobuf";
import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import {
  type CreateEmbeddingRequest,
  type CreateEmbeddingResponse,
  CreateEmbeddingResponseSchema,
} from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { estimateInputTokens } from "../../chat/estimate-tokens.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { addUsage } from "../../chat/usage.ts";
import type { DecodedEmbeddings, EmbeddingCodec } from "../../codec/embedding-codec.ts";
import type { EmbeddingCall, Provider } from "../provider.ts";
import { boundedMap } from "./bounded-map.ts";
import type { ParamRules } from "./param-rules.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import type { VendorHttp } from "./vendor-http.ts";

/** A vendor's embeddings API by its codec. */
export interface EmbeddingApi extends ParamRules {
  readonly codec: EmbeddingCodec;
  /** Path and query of a request, below the base URL. */
  readonly path: (model: string) => string;
}

/** A part of a request that one request to the vendor asks for, and how many inputs it has. */
interface Part {
  readonly request: Immutable<CreateEmbeddingRequest>;
  readonly inputs: number;
}

/** Requests of one call that a vendor has at one time. */
const mostAtOnce = 4;
/** 2048 vectors of 3072 numbers each, written out. */
const maxReplyBytes = 160 * 1024 * 1024;

/**
 * Makes what asks a vendor for embeddings: requests with more inputs than it takes are asked for in parts, a few at a time, and put
 * together in order. When one part fails, all do.
 */
export function embedder(http: VendorHttp, provider: string, api: EmbeddingApi): NonNullable<Provider["embed"]> {
  const { codec, path, allowedOptions } = api;

  async function ask({ request, inputs }: Part, call: EmbeddingCall): Promise<DecodedEmbeddings> {
    const { model, lease, notes, unsupportedParams: unsupported = api.unsupported } = call;
    if (lease.error !== undefined) throw lease.error;
    const { body, dropped } = codec.encodeRequest(request, { model, unsupported, allowedOptions });
    notes.droppedParams = [...new Set([...(notes.droppedParams ?? []), ...dropped])];
    const own = lease.child();
    try {
      const options = { lease: own, notes, clientHeaders: call.headers };
      const { text, headers } = await http.ask({ path: path(model), body: Buffer.from(body) }, options, maxReplyBytes);
      const decoded = codec.decodeResponse(text, { model, inputs, headers });
      if (decoded.upstreamModel !== undefined) notes.upstreamModel = decoded.upstreamModel.slice(0, 200);
      own.close();
      return decoded;
    } catch (error) {
      const failure = upstreamFailure(error, provider);
      own.close(failure);
      throw failure;
    }
  }

  return async (call) => {
    try {
      const parts = partsOf(call.request, codec.mostInputs(call.model));
      const replies = await boundedMap(parts, mostAtOnce, (part) => ask(part, call));
      const response = merged(call, replies);
      call.lease.close();
      return response;
    } catch (error) {
      const failure = upstreamFailure(error, provider);
      call.lease.close(failure); // and with it those of the parts that still run
      throw failure;
    }
  };
}

function partsOf(request: Immutable<CreateEmbeddingRequest>, most: number): Part[] {
  const { input, inputTokens } = request;
  const inputs = input.length + inputTokens.length; // one of them is empty
  if (inputs <= most) return [{ request, inputs }];
  const parts: Part[] = [];
  for (let at = 0; at < inputs; at += most) {
    const part = { ...request, input: input.slice(at, at + most), inputTokens: inputTokens.slice(at, at + most) };
    parts.push({ request: part, inputs: part.input.length + part.inputTokens.length });
  }
  return parts;
}

function merged({ request, requestedModel }: EmbeddingCall, replies: readonly DecodedEmbeddings[]): CreateEmbeddingResponse {
  const data = replies.flatMap((reply) => reply.data);
  data.forEach((embedding, index) => {
    embedding.index = index;
  });
  const unknownFieldsJson = replies.find((reply) => reply.unknownFieldsJson !== undefined)?.unknownFieldsJson;
  const usage = usageOf(replies) ?? estimateInputTokens(request);
  return create(CreateEmbeddingResponseSchema, {
    data,
    model: requestedModel,
    usage,
    ...(unknownFieldsJson === undefined ? {} : { unknownFieldsJson }),
  });
}

/** The sum; undefined when the vendor has not told of every part. */
function usageOf(replies: readonly DecodedEmbeddings[]): Usage | undefined {
  let sum: Usage | undefined;
  for (const { usage } of replies) {
    if (usage === undefined) return undefined;
    sum = sum === undefined ? usage : addUsage(sum, usage);
  }
  return sum;
}
