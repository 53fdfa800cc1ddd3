import { type DescMessage, equals, fromBinary, type MessageShape, toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ChatCompletionChunkSchema } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { ChatCompletionRequestSchema } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { arbitraryOpenAiChunk, arbitraryOpenAiRequest, arbitraryOpenAiResponse } from "../../../test/support/arbitrary-openai.ts";
import { decodeChunk, decodeResponse } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeChunk, encodeResponse } from "./encode-reply.ts";
import { encodeRequest } from "./encode-request.ts";

/** Equal, also by the plain Protobuf JSON, which shows what differs, and nothing is lost on the wire of an RPC. */
function expectSame<Desc extends DescMessage>(schema: Desc, actual: MessageShape<Desc>, expected: MessageShape<Desc>): void {
  expect(toJson(schema, actual)).toEqual(toJson(schema, expected));
  expect(equals(schema, actual, expected)).toBe(true);
  expect(equals(schema, fromBinary(schema, toBinary(schema, actual)), actual)).toBe(true);
}

it("gives a request back as it was, its exact texts included", () => {
  fc.assert(
    fc.property(arbitraryOpenAiRequest, (request) => {
      const body = encodeRequest(request, { model: request.model, includeUsage: false, streamed: false, metadata: undefined });
      JSON.parse(body.toString());
      expectSame(ChatCompletionRequestSchema, decodeRequest(body), request);
    }),
    { numRuns: 400 },
  );
});

it("gives a chunk back as it was", () => {
  fc.assert(
    fc.property(arbitraryOpenAiChunk, (chunk) => {
      const json = encodeChunk(chunk, { sluice: false, usage: true });
      JSON.parse(json);
      expectSame(ChatCompletionChunkSchema, decodeChunk(json, { model: chunk.model }), chunk);
    }),
    { numRuns: 400 },
  );
});

it("gives a whole reply back as it was", () => {
  fc.assert(
    fc.property(arbitraryOpenAiResponse, (response) => {
      const json = encodeResponse(response, { sluice: false });
      JSON.parse(json);
      expectSame(ChatCompletionResponseSchema, decodeResponse(json, { model: response.model }), response);
    }),
    { numRuns: 400 },
  );
});
