import { isMessage } from "@bufbuild/protobuf";
import { CreateEmbeddingResponseSchema } from "#gen/sluice/embeddings/v1/embedding_service_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Admitted } from "../../chat/ports/calls.ts";
import { encodeEmbeddings } from "../../codec/openai/encode-embeddings.ts";
import { incomingEmbedding } from "../../codec/openai/incoming-embedding.ts";
import { type HttpIncoming, type HttpOutgoing, isGone } from "../exchange.ts";
import { setCostHeader, setRouteHeaders } from "./reply-headers.ts";
import { writeJson } from "./write-json.ts";

/** `POST /v1/embeddings`. Vectors are written as the client asks, as numbers by default. */
export async function embeddings(request: HttpIncoming, response: HttpOutgoing, call: Admitted, body: Uint8Array): Promise<void> {
  const asked = incomingEmbedding(body);
  const reply = await call.unary("embeddings", asked);
  if (!isMessage(reply, CreateEmbeddingResponseSchema)) throw new GatewayError("internal", "internal error");
  if (isGone(response)) return;
  const { route } = call;
  setRouteHeaders(response, route);
  setCostHeader(response, reply.cost);
  const options = { base64: asked.encodingFormat === "base64", sluice: request.headers["x-sluice-info"] === "1" };
  await writeJson(response, encodeEmbeddings({ ...reply, route }, options));
}
