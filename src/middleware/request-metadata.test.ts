import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ChatCompletionResponseSchema } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { clientInfo } from "../chat/client-info.ts";
import { unfold } from "../chat/unfold.ts";
import { checkLaws, everyPiece, runPipeline } from "../testing/index.ts";
import { requestMetadata } from "./request-metadata.ts";

const reply = create(ChatCompletionResponseSchema, { choices: [{ message: { content: "hello" } }] });

describe("requestMetadata", () => {
  it.each([
    ["nothing", {}, {}, { metadata: {}, userAgent: undefined, sdk: undefined }],
    ["metadata, the body's first", { "x-sluice-metadata": "a=1,b=2" }, { b: "3" }, { metadata: { a: "1", b: "3" } }],
    ["the user agent", { "user-agent": "curl/8" }, {}, { userAgent: "curl/8" }],
    [
      "an SDK",
      {
        "x-stainless-lang": "js",
        "x-stainless-package-version": "7.57.0",
        "x-stainless-runtime": "node",
        "x-stainless-runtime-version": "v24",
        "x-stainless-os": "Linux",
        "x-stainless-retry-count": "2",
      },
      {},
      { sdk: { language: "js", version: "7.57.0", runtime: "node", runtimeVersion: "v24", os: "Linux", retryCount: 2 } },
    ],
    [
      "a retry count that is none",
      { "x-stainless-lang": "go", "x-stainless-retry-count": "many" },
      {},
      { sdk: { language: "go", retryCount: undefined } },
    ],
  ])("finds %s", async (_, headers, metadata, expected) => {
    const { context } = await runPipeline({
      middleware: [requestMetadata()],
      script: () => ({ batches: [unfold(reply)] }),
      headers: headers as Record<string, string>,
      request: { metadata: metadata as Record<string, string> },
    });
    expect(context?.state.get(clientInfo)).toMatchObject(expected);
  });

  it("leaves a malformed header to the call, which fails", async () => {
    const { error, asked } = await runPipeline({
      middleware: [requestMetadata()],
      script: () => ({ batches: [] }),
      headers: { "x-sluice-metadata": "a" },
    });
    expect(error).toMatchObject({ code: "invalid_request", param: "x-sluice-metadata" });
    expect(asked).toEqual([]);
  });

  it("keeps the laws", async () => {
    expect(await checkLaws({ make: requestMetadata, reply, cut: everyPiece(2) })).toEqual([]);
  });
});
