import { describe, expect, it } from "vitest";
import { checkedPath } from "./checked-path.ts";

it.each([
  ["", "/chat/completions"],
  ["/v1", "/v1/chat/completions"],
  ["/v1", "/v1/models/gemini-2.5-pro:generateContent?alt=sse"],
  ["/v1", "/v1/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.m-v1%3A0/converse"],
  ["/v1", "/v1/models/..a/...b/c../chat"],
  ["/v1", "/v1/models/x?y=/../z"],
])("below %j is %s", (base, path) => expect(checkedPath(path, base)).toBe(path));

describe.each([[""], ["/v1"]])("not below %j is", (base) => {
  it.each([
    "",
    "chat",
    "//host/chat",
    "http://host/chat",
    "@host/chat",
    "/..",
    "/.",
    "/models/..",
    "/models/../../admin",
    "/models/%2e%2E/x",
    "/models/.%2e/x",
    "/models/a%2F..%2fadmin",
    "/models/a%5c..\\admin",
    "/models/./x",
    "/models/..?x",
    "/models/x#y",
    "/models/x y",
    "/models/x\r\nhost: y",
  ])("%j", (path) => {
    expect(() => checkedPath(`${base}${path}`, base)).toThrow(
      expect.objectContaining({ code: "model_not_found", param: "model" }),
    );
  });
});
