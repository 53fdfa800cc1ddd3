import { expect, it } from "vitest";
import { publicMessage } from "./public-message.ts";

it.each([
  ["see https://vendor.example/a?key=b, please", "see [url] please"],
  ["at HTTP://10.0.0.1:8080/x", "at [url]"],
  ["redis://user:pw@host/0", "[url]"],
  ["Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"],
  ["authorization: bearer abc", "authorization: Bearer ***"],
  ["key sk-proj-abc123DEF456 is wrong", "key *** is wrong"],
  ["Incorrect API key provided: sk-ab***xyz.", "Incorrect API key provided: ***."],
  ["gsk_abcdefgh12345678", "***"],
  ["AIzaSyA1234567890abcdefg", "***"],
  ["AKIAIOSFODNN7EXAMPLE", "***"],
  ["api_key=abc123def456", "api_key=***"],
  ['"api-key": "abc123def456"', '"api-key": "***"'],
  ["token: 1234567890", "token: ***"],
  ["id 0123456789abcdef0123456789abcdef0", "id ***"],
  ["two\nlines\u0000", "two lines "],
])("scrubs %j", (message, expected) => {
  expect(publicMessage(message)).toBe(expected);
});

it.each([
  "Unknown parameter: 'response_format.json_schema'.",
  "skeptically, the api_key_invalid parameter and keyboard_settings",
  "Invalid key: response_format",
  "The model `gpt-4o-mini-2024-07-18` does not exist",
  "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
  "This model's maximum context length is 128000 tokens.",
])("leaves %j alone", (message) => {
  expect(publicMessage(message)).toBe(message);
});

it("is 512 characters at the most, and well-formed", () => {
  expect(publicMessage("a ".repeat(400))).toHaveLength(512);
  expect(publicMessage("😀".repeat(400)).isWellFormed()).toBe(true);
  expect(publicMessage("\ud800").isWellFormed()).toBe(true);
});

it("takes no long time over anything", () => {
  for (const piece of ["a-", "key-", "sk-", "Bearer ", "key: ", "a"]) publicMessage(piece.repeat(100_000));
}, 1000);
