import { createHash } from "node:crypto";
import { type Fields, listAt, must, objectAt, stringAt, wordAt } from "./anthropic-fault.ts";

/** The signature that the fake gives a thinking text. */
export const signatureOf = (thinking: string): string => createHash("sha256").update(`signed:${thinking}`).digest("base64");

/** The data of the fake's redacted thinking. */
export const redactedData = Buffer.from("redacted thinking").toString("base64");

type Role = "user" | "assistant" | "system";

const own: Readonly<Record<Role, readonly string[]>> = {
  system: ["text"],
  user: ["text", "image", "document", "search_result", "tool_result"],
  assistant: ["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "web_search_tool_result"],
};

/** Checks a content block of a turn (https://platform.claude.com/docs/en/api/messages). */
export function checkBlock(value: unknown, path: string, role: Role): Fields {
  const block = objectAt(value, path, ["type"], Object.keys(value ?? {}));
  const type = wordAt(block.type, `${path}.type`, own[role]);
  checks[type]?.(block, path);
  return block;
}

const cached = ["cache_control"];

const checks: Readonly<Record<string, (block: Fields, path: string) => void>> = {
  text(block, path) {
    const { text } = objectAt(block, path, ["type", "text"], [...cached, "citations"]);
    must(stringAt(text, `${path}.text`) !== "", `${path}: text content blocks must be non-empty`);
    must(String(text).trim() !== "", `${path}: text content blocks must contain non-whitespace text`);
  },
  image(block, path) {
    const { source } = objectAt(block, path, ["type", "source"], [...cached, "transformations"]);
    checkSource(source, `${path}.source`, ["image/jpeg", "image/png", "image/gif", "image/webp"]);
  },
  document(block, path) {
    const { source, title } = objectAt(block, path, ["type", "source"], [...cached, "title", "context", "citations"]);
    if (title !== undefined) stringAt(title, `${path}.title`);
    checkSource(source, `${path}.source`, ["application/pdf"]);
  },
  search_result(block, path) {
    objectAt(block, path, ["type", "source", "title", "content"], [...cached, "citations"]);
  },
  tool_result(block, path) {
    const { tool_use_id, content, is_error } = objectAt(block, path, ["type", "tool_use_id"], [...cached, "content", "is_error"]);
    must(/^[\w-]+$/.test(stringAt(tool_use_id, path)), `${path}.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (is_error !== undefined) must(typeof is_error === "boolean", `${path}.is_error: Input should be a valid boolean`);
    if (content === undefined || typeof content === "string") return;
    for (const [at, item] of listAt(content, `${path}.content`).entries()) {
      const inner = checkBlock(item, `${path}.content.${at}`, "user");
      must(inner.type !== "tool_result", `${path}.content.${at}: tool_result in tool_result`);
    }
  },
  tool_use(block, path) {
    const { id, name, input } = objectAt(block, path, ["type", "id", "name", "input"], [...cached, "caller"]);
    must(/^[\w-]+$/.test(stringAt(id, path)), `${path}.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    must(/^[\w-]{1,200}$/.test(stringAt(name, path)), `${path}.name: String should match pattern '^[a-zA-Z0-9_-]{1,200}$'`);
    objectAt(input, `${path}.input`, [], Object.keys(input ?? {}));
  },
  server_tool_use: (block, path) => void objectAt(block, path, ["type", "id", "name", "input"], [...cached, "caller"]),
  web_search_tool_result: (block, path) => void objectAt(block, path, ["type", "tool_use_id", "content"], [...cached, "caller"]),
  thinking(block, path) {
    const { thinking, signature } = objectAt(block, path, ["type", "thinking", "signature"]);
    must(signature === signatureOf(stringAt(thinking, path)), `${path}: Invalid \`signature\` in \`thinking\` block`);
  },
  redacted_thinking(block, path) {
    must(
      objectAt(block, path, ["type", "data"]).data === redactedData,
      `${path}: Invalid \`data\` in \`redacted_thinking\` block`,
    );
  },
};

function checkSource(value: unknown, path: string, mediaTypes: readonly string[]): void {
  const source = objectAt(value, path, ["type"], Object.keys(value ?? {}));
  switch (source.type) {
    case "base64":
      objectAt(source, path, ["type", "media_type", "data"]);
      wordAt(source.media_type, `${path}.media_type`, mediaTypes);
      must(/^[A-Za-z0-9+/]+={0,2}$/.test(stringAt(source.data, path)), `${path}.data: invalid base64 data`);
      break;
    case "url":
      must(
        /^https:\/\//.test(stringAt(objectAt(source, path, ["type", "url"]).url, path)),
        `${path}.url: Only HTTPS URLs are supported.`,
      );
      break;
    case "file":
      objectAt(source, path, ["type", "file_id"]);
      break;
    case "text":
      objectAt(source, path, ["type", "media_type", "data"]);
      wordAt(source.media_type, `${path}.media_type`, ["text/plain"]);
      break;
    default:
      must(false, `${path}.type: Input should be 'base64', 'url', 'file' or 'text'`);
  }
}
