import { createHash } from "node:crypto";

/** What is wrong with a Converse body, in Bedrock's way of saying it. */
export class ValidationProblem extends Error {}

type Check = (value: unknown, at: string) => void;

const fail = (message: string): never => {
  throw new ValidationProblem(message);
};
const malformed = (at: string, what: string): never => fail(`1 validation error detected: Value at '${at}' ${what}`);

const record = (value: unknown, at: string): Record<string, unknown> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return malformed(at, "must be a structure");
  return value as Record<string, unknown>; // a JSON object
};

/** A structure: no unknown member, none missing. */
const shape =
  (members: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (value, at) => {
    const object = record(value, at);
    for (const name of required)
      if (object[name] === undefined) malformed(at, `failed to satisfy constraint: Member ${name} must not be null`);
    for (const [name, member] of Object.entries(object)) {
      const check = members[name] ?? malformed(`${at}/${name}`, "is an unknown field");
      check(member, `${at}/${name}`);
    }
  };

/** A structure of exactly one member. */
const union =
  (members: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (Object.keys(record(value, at)).length !== 1) malformed(at, "must have exactly one member");
    shape(members)(value, at);
  };

const list =
  (item: Check, least = 0): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < least) return malformed(at, `must be a list of at least ${least}`);
    value.forEach((one, index) => void item(one, `${at}/${index}`));
  };

const text =
  (pattern: RegExp): Check =>
  (value, at) => {
    if (typeof value !== "string" || !pattern.test(value)) malformed(at, `failed to satisfy constraint: ${pattern.source}`);
  };
const oneOf = (...words: readonly string[]): Check => text(new RegExp(`^(?:${words.join("|")})$`));
const any: Check = () => {};
const flag: Check = (value, at) => void (typeof value === "boolean" || malformed(at, "must be a boolean"));
const number =
  (min: number, max: number): Check =>
  (value, at) => {
    if (typeof value !== "number" || value < min || value > max) malformed(at, `must be between ${min} and ${max}`);
  };
const notBlank: Check = (value, at) => {
  if (typeof value !== "string" || value.trim() === "") fail(`The text field in the ContentBlock object at ${at} is blank.`);
};
const base64 = text(/^(?:[A-Za-z0-9+/]{4})+$|^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/);
const object: Check = (value, at) => void record(value, at);

const s3Location = shape({ uri: text(/^s3:\/\/./), bucketOwner: text(/^\d{12}$/) }, ["uri"]);
const image = shape({ format: oneOf("png", "jpeg", "gif", "webp"), source: union({ bytes: base64, s3Location }) }, [
  "format",
  "source",
]);
const document = shape(
  {
    format: oneOf("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"),
    name: text(/^(?!.*\s\s)[A-Za-z0-9\s()[\]-]{1,200}$/),
    source: union({ bytes: base64, s3Location, text: any }),
    citations: shape({ enabled: flag }, ["enabled"]),
    context: any,
  },
  ["name", "source"],
);
const audio = shape({ format: oneOf("wav", "mp3", "flac", "ogg"), source: union({ bytes: base64, s3Location }) }, [
  "format",
  "source",
]);
const cachePoint = shape({ type: oneOf("default"), ttl: oneOf("5m", "1h") }, ["type"]);
const id = text(/^[a-zA-Z0-9_-]{1,64}$/);
const toolUse = shape({ toolUseId: id, name: id, input: object }, ["toolUseId", "name", "input"]);
const toolResult = shape(
  { toolUseId: id, content: list(union({ text: any, json: object, image, document })), status: oneOf("success", "error") },
  ["toolUseId", "content"],
);
const reasoningContent = union({
  redactedContent: base64,
  reasoningText(value, at) {
    shape({ text: any, signature: any }, ["text"])(value, at);
    const { text: reasoning, signature } = value as { text: string; signature?: string }; // as was checked
    if (signature !== signatureOf(reasoning)) fail(`${at}: Invalid \`signature\` in \`thinking\` block`);
  },
});
const message = shape(
  {
    role: oneOf("user", "assistant"),
    content: list(union({ text: notBlank, image, document, audio, cachePoint, toolUse, toolResult, reasoningContent }), 1),
  },
  ["role", "content"],
);
const toolSpec = shape(
  {
    name: id,
    description: text(/./s),
    strict: flag,
    inputSchema: union({
      json(value, at) {
        if (record(value, at).type !== "object") fail(`${at}: The value of inputSchema.json.type must be object`);
      },
    }),
  },
  ["name", "inputSchema"],
);
const request = shape(
  {
    messages: list(message, 1),
    system: list(union({ text: notBlank, cachePoint }), 1),
    inferenceConfig: shape({
      maxTokens: number(1, 1e6),
      temperature: number(0, 1),
      topP: number(0, 1),
      stopSequences: list(text(/./s), 1),
    }),
    toolConfig: shape(
      {
        tools: list(union({ toolSpec, cachePoint }), 1),
        toolChoice: union({ auto: object, any: object, tool: shape({ name: id }, ["name"]) }),
      },
      ["tools"],
    ),
    guardrailConfig: shape({ guardrailIdentifier: any, guardrailVersion: any, trace: any, streamProcessingMode: any }),
    additionalModelRequestFields: object,
    additionalModelResponseFieldPaths: list(text(/^\//)),
    promptVariables: object,
    requestMetadata: object,
    performanceConfig: shape({ latency: oneOf("standard", "optimized") }),
    serviceTier: shape({ type: oneOf("default", "flex", "priority", "reserved") }, ["type"]),
    outputConfig: shape({
      effort: oneOf("low", "medium", "high", "xhigh", "max"),
      textFormat: shape(
        {
          type: oneOf("json_schema"),
          structure: union({
            jsonSchema: shape({ schema: (value) => void JSON.parse(String(value)), name: id, description: any }, ["schema"]),
          }),
        },
        ["type", "structure"],
      ),
    }),
  },
  ["messages"],
);

/** A Converse body that has been checked. */
export interface ConverseBody {
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: readonly Block[] }[];
  readonly toolConfig?: {
    readonly tools: readonly unknown[];
    readonly toolChoice?: { readonly tool?: { readonly name: string }; readonly any?: object };
  };
  readonly inferenceConfig?: { readonly maxTokens?: number; readonly temperature?: number };
  readonly outputConfig?: { readonly textFormat?: object };
  readonly additionalModelRequestFields?: { readonly thinking?: { readonly type: string; readonly budget_tokens?: number } };
}

/** A block of it; one of the members. */
export interface Block {
  readonly text?: string;
  readonly image?: object;
  readonly document?: { readonly name: string };
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: object };
  readonly toolResult?: { readonly toolUseId: string; readonly content: readonly object[]; readonly status?: string };
  readonly reasoningContent?: object;
}

/** What the fake signs a reasoning's text with. */
export const signatureOf = (reasoning: string): string => createHash("sha256").update(`fake ${reasoning}`).digest("base64");

/**
 * Checks a body as Bedrock does: the structure, with no unknown field; turns by turns; every call of a tool answered in the turn after
 * it; thinking with room and without forced tools.
 * @throws ValidationProblem
 */
export function checkedBody(value: unknown): ConverseBody {
  request(value, "");
  const body = value as ConverseBody; // as was checked
  const { messages, toolConfig } = body;
  if (messages[0]?.role !== "user") fail("A conversation must start with a user message.");
  let open: readonly string[] = [];
  messages.forEach(({ role, content }, index) => {
    if (messages[index - 1]?.role === role) fail("A conversation must alternate between user and assistant roles.");
    const results = content.flatMap(({ toolResult }) => toolResult?.toolUseId ?? []);
    const uses = content.flatMap(({ toolUse }) => toolUse?.toolUseId ?? []);
    if (role === "user" && uses.length > 0) fail("A user message must not use tools.");
    if (role === "assistant" && results.length > 0) fail("An assistant message must not have tool results.");
    const missing = open.filter((id) => !results.includes(id));
    if (missing.length > 0)
      fail(`Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(", ")}`);
    if (results.some((id) => !open.includes(id)))
      fail("The number of toolResult blocks exceeds the number of toolUse blocks of previous turn.");
    open = uses;
    if (uses.length + results.length > 0 && toolConfig === undefined) {
      fail("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
    }
  });
  const names = messages.flatMap(({ content }) => content.flatMap(({ document }) => document?.name ?? []));
  if (new Set(names).size !== names.length) fail("Messages contain duplicate document names.");
  checkThinking(body);
  return body;
}

function checkThinking({ additionalModelRequestFields, inferenceConfig, toolConfig, messages }: ConverseBody): void {
  const thinking = additionalModelRequestFields?.thinking;
  if (thinking === undefined || thinking.type === "disabled") return;
  const { budget_tokens: budget = 0 } = thinking;
  if (thinking.type === "enabled" && budget < 1024)
    fail("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (thinking.type === "enabled" && (inferenceConfig?.maxTokens ?? 4096) <= budget)
    fail("`max_tokens` must be greater than `thinking.budget_tokens`.");
  if ((inferenceConfig?.temperature ?? 1) !== 1) fail("`temperature` may only be set to 1 when thinking is enabled.");
  if (toolConfig?.toolChoice !== undefined) fail("Thinking may not be enabled when tool_choice forces tool use.");
  const last = messages.findLast(({ role }) => role === "assistant");
  const inLoop = messages.at(-1)?.content.some(({ toolResult }) => toolResult !== undefined);
  if (thinking.type === "enabled" && inLoop && last?.content[0]?.reasoningContent === undefined) {
    fail("Expected `thinking` or `redacted_thinking`, but found `tool_use`.");
  }
}
