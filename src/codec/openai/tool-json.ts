import type {
  AllowedTools,
  CustomTool,
  CustomToolCall,
  CustomToolFormat,
  FunctionCall,
  FunctionCallChoice,
  FunctionDefinition,
  Grammar,
  NamedTool,
  Tool,
  ToolCall,
  ToolChoice,
} from "#gen/sluice/chat/v1/tool_pb";
import {
  exact,
  exactObject,
  flag,
  type JsonCodec,
  type JsonMember,
  JsonObject,
  list,
  member,
  text,
} from "../json/json-object.ts";

/** A JSON Schema kept as exact text in one field, with a Struct twin in another that is written when there is no text. */
export function schemaMember<M extends object>(
  key: string,
  exactText: { get(from: M): string | undefined; set(into: M, text: string): void },
  twin: (from: M) => object | undefined,
): JsonMember<M> {
  return {
    key,
    field: `${key}_json`,
    read: (reader, into) => exactText.set(into, exactObject.read(reader)),
    write(from) {
      const value = exactText.get(from);
      if (value !== undefined) return exactObject.write(value);
      const struct = twin(from);
      return struct === undefined ? undefined : JSON.stringify(struct);
    },
  };
}

/** A function offered as a tool, or in the deprecated `functions`. */
export const functionDefinition = new JsonObject<FunctionDefinition>(
  () => ({ $typeName: "sluice.chat.v1.FunctionDefinition", name: "" }),
  [
    member("name", "name", text),
    member("description", "description", text),
    schemaMember<FunctionDefinition>(
      "parameters",
      {
        get: (from) => from.parametersJson,
        set(into, value) {
          into.parametersJson = value;
        },
      },
      (from) => from.parameters,
    ),
    member("strict", "strict", flag),
  ],
);

const grammar = new JsonObject<Grammar>(
  () => ({ $typeName: "sluice.chat.v1.Grammar", definition: "", syntax: "" }),
  [member("definition", "definition", text), member("syntax", "syntax", text)],
);

const customToolFormat = new JsonObject<CustomToolFormat>(
  () => ({ $typeName: "sluice.chat.v1.CustomToolFormat", type: "" }),
  [member("type", "type", text), member("grammar", "grammar", grammar)],
);

const customTool = new JsonObject<CustomTool>(
  () => ({ $typeName: "sluice.chat.v1.CustomTool", name: "" }),
  [member("name", "name", text), member("description", "description", text), member("format", "format", customToolFormat)],
);

/** The `type` of a tool or a call: what was given, else what the set member implies. */
function impliedType<M extends { type?: string | undefined; custom?: unknown; function?: unknown }>(): JsonMember<M> {
  return {
    key: "type",
    read(reader, into) {
      into.type = reader.string();
    },
    write: (from) => JSON.stringify(from.type ?? (from.custom === undefined ? "function" : "custom")),
  };
}

/** An offered tool. */
export const tool = new JsonObject<Tool>(
  () => ({ $typeName: "sluice.chat.v1.Tool" }),
  [impliedType(), member("function", "function", functionDefinition), member("custom", "custom", customTool)],
);

/** A function call of a model's. */
export const functionCall = new JsonObject<FunctionCall>(
  () => ({ $typeName: "sluice.chat.v1.FunctionCall", name: "", arguments: "" }),
  [member("name", "name", text), member("arguments", "arguments", text)],
);

const customToolCall = new JsonObject<CustomToolCall>(
  () => ({ $typeName: "sluice.chat.v1.CustomToolCall", name: "", input: "" }),
  [member("name", "name", text), member("input", "input", text)],
);

/** A tool call of a model's. */
export const toolCall = new JsonObject<ToolCall>(
  () => ({ $typeName: "sluice.chat.v1.ToolCall", id: "" }),
  [
    member("id", "id", text),
    impliedType(),
    member("function", "function", functionCall),
    member("custom", "custom", customToolCall),
    member("signature", "signature", text),
  ],
);

const namedTool = new JsonObject<NamedTool>(
  () => ({ $typeName: "sluice.chat.v1.NamedTool", name: "" }),
  [member("name", "name", text)],
  "refuse",
);

const allowedTools = new JsonObject<AllowedTools>(
  () => ({ $typeName: "sluice.chat.v1.AllowedTools", mode: "", toolsJson: [] }),
  [member("mode", "mode", text), member("tools", "toolsJson", list(exact), "tools_json")],
  "refuse",
);

const choiceCases = { function: "function", custom: "custom", allowed_tools: "allowedTools" } as const;

type ChoiceCase = (typeof choiceCases)[keyof typeof choiceCases];
type ChoiceValue<C extends ChoiceCase> = Extract<ToolChoice["choice"], { case: C }>["value"];

/** A member of the oneof `choice`. */
function choiceMember<K extends keyof typeof choiceCases>(
  key: K,
  codec: JsonCodec<ChoiceValue<(typeof choiceCases)[K]>>,
): JsonMember<ToolChoice> {
  const kind = choiceCases[key];
  return {
    key,
    read(reader, into) {
      if (into.choice.case !== undefined) reader.fail("cannot stand beside another choice");
      into.choice = { case: kind, value: codec.read(reader) } as ToolChoice["choice"]; // the codec gives the case's own value
    },
    write: (from) =>
      from.choice.case === kind ? codec.write(from.choice.value as ChoiceValue<(typeof choiceCases)[K]>) : undefined, // of its case
  };
}

const choiceMembers = new JsonObject<ToolChoice>(
  () => ({ $typeName: "sluice.chat.v1.ToolChoice", choice: { case: undefined } }),
  [
    {
      key: "type",
      read: (reader) => {
        if (!Object.hasOwn(choiceCases, reader.string())) reader.fail('must be "function", "custom" or "allowed_tools"');
      },
      write: (from) => JSON.stringify(from.choice.case === "allowedTools" ? "allowed_tools" : (from.choice.case ?? "function")),
    },
    choiceMember("function", namedTool),
    choiceMember("custom", namedTool),
    choiceMember("allowed_tools", allowedTools),
  ],
);

/** `tool_choice`: a word or an object. */
export const toolChoice: JsonCodec<ToolChoice> = {
  read(reader) {
    if (reader.kind() === "string") {
      return { $typeName: "sluice.chat.v1.ToolChoice", choice: { case: "mode", value: reader.string() } };
    }
    const choice = choiceMembers.read(reader);
    if (choice.choice.case === undefined) reader.fail("must name a function, a custom tool or allowed tools");
    return choice;
  },
  write: (value) => (value.choice.case === "mode" ? JSON.stringify(value.choice.value) : choiceMembers.write(value)),
};

/** The deprecated `function_call` of a request: a word or `{"name": …}`. */
export const functionCallChoice: JsonCodec<FunctionCallChoice> = {
  read(reader) {
    if (reader.kind() === "string") {
      return { $typeName: "sluice.chat.v1.FunctionCallChoice", choice: { case: "mode", value: reader.string() } };
    }
    const { name } = namedTool.read(reader);
    return { $typeName: "sluice.chat.v1.FunctionCallChoice", choice: { case: "name", value: name } };
  },
  write: ({ choice }) => JSON.stringify(choice.case === "name" ? { name: choice.value } : (choice.value ?? "auto")),
};
