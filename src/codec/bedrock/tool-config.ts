import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { AllowedTools, FunctionDefinition, Tool } from "#gen/sluice/chat/v1/tool_pb";
import { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { JsonReader } from "../json/json-reader.ts";
import type { LeftOutParams } from "../left-out-params.ts";
import { readingRequest } from "../openai/decode-request.ts";
import { cachePoint } from "./cache-point.ts";
import type { ModelTraits } from "./model-traits.ts";
import { replyTool } from "./reply-tool.ts";

/** The tools a model is offered. */
export interface ToolConfig {
  /** The value of `toolConfig`; undefined: there are none. */
  readonly json: string | undefined;
  /** Whether the model must call one. */
  readonly forced: boolean;
}

/** What the offered tools depend on besides the request. */
export interface ToolConfigOptions {
  readonly traits: ModelTraits;
  /** The tool that stands for the reply's form, where there is one. */
  readonly reply: string | undefined;
  /** The tools that were called before. */
  readonly calledTools: ReadonlySet<string>;
  readonly left: LeftOutParams;
}

/**
 * Tools and the choice among them (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html). Bedrock
 * cannot be told to call none of the tools it is offered, and refuses earlier calls when it is offered none: then the tools stay on
 * offer, those the request does not define by their names alone.
 * @throws GatewayError `invalid_request` for what cannot be said there.
 */
export function toolConfig(request: Immutable<ChatCompletionRequest>, options: ToolConfigOptions): ToolConfig {
  const { left, reply, calledTools } = options;
  const choice = request.toolChoice?.choice;
  const allowed = choice?.case === "allowedTools" ? allowedNames(choice.value) : undefined;
  const mode = choice?.case === "mode" ? choice.value : choice?.case === "allowedTools" ? choice.value.mode : "auto";
  if (!["auto", "none", "required"].includes(mode)) {
    throw new GatewayError("invalid_request", "tool_choice: must be none, auto or required", { param: "tool_choice" });
  }
  const wanted = mode !== "none";
  const tools: string[] = [];
  const offered = new Set<string>();
  request.tools.forEach((tool, index) => {
    const name = tool.function?.name ?? "";
    if (allowed !== undefined && !allowed.has(name)) return;
    if (!wanted && calledTools.size === 0) return;
    const spec = toolSpecs(tool, `tools[${index}]`, options);
    if (spec.length > 0) offered.add(name);
    tools.push(...spec);
  });
  const hasOwn = offered.size > 0 && wanted;
  if (!wanted && offered.size > 0) left.leave("tool_choice");
  const named = choice?.case === "function" || choice?.case === "custom" ? choice.value.name : undefined;
  const forcesOwn = named !== undefined || (mode === "required" && hasOwn);
  const forcesReply = reply !== undefined && !forcesOwn; // a model that must call a tool of the client's does not answer yet
  if (forcesReply) tools.push(reply);
  for (const name of calledTools) {
    if (!offered.has(name)) tools.push(`{"toolSpec":{"name":${JSON.stringify(name)},"inputSchema":{"json":{"type":"object"}}}}`);
  }
  if (tools.length === 0) return { json: undefined, forced: false };
  const toolChoice = choiceOf(named ?? (forcesReply && !hasOwn ? replyTool : undefined), forcesOwn || forcesReply);
  return { json: `{"tools":[${tools.join(",")}]${toolChoice}}`, forced: forcesOwn || forcesReply };
}

/** `auto` is what Bedrock does anyway, and not every model takes a choice. */
function choiceOf(named: string | undefined, forced: boolean): string {
  if (named !== undefined) return `,"toolChoice":{"tool":{"name":${JSON.stringify(named)}}}`;
  return forced ? ',"toolChoice":{"any":{}}' : "";
}

function toolSpecs(tool: Immutable<Tool>, at: string, { traits, left }: ToolConfigOptions): string[] {
  const { function: definition } = tool;
  if (definition === undefined) {
    left.leave(at); // text in a grammar is nothing that Bedrock has
    return [];
  }
  if (definition.name === replyTool) {
    const param = `${at}.function.name`;
    throw new GatewayError("invalid_request", `${param}: this name is the gateway's own`, { param });
  }
  const point = cachePoint(tool.unknownFieldsJson, at, left) ?? cachePoint(definition.unknownFieldsJson, `${at}.function`, left);
  return [toolSpec(definition, at, traits, left), ...(point === undefined ? [] : [point])];
}

function toolSpec(definition: Immutable<FunctionDefinition>, at: string, traits: ModelTraits, left: LeftOutParams): string {
  const description = definition.description?.trim() ? `,"description":${JSON.stringify(definition.description)}` : "";
  let strict = "";
  if (definition.strict === true) {
    if (traits.structured === "native") strict = ',"strict":true';
    else left.leave(`${at}.function.strict`);
  }
  const schema = parametersOf(definition);
  return `{"toolSpec":{"name":${JSON.stringify(definition.name)}${description},"inputSchema":{"json":${schema}}${strict}}}`;
}

function parametersOf(definition: Immutable<FunctionDefinition>): string {
  const { parametersJson, parameters } = definition;
  if (parametersJson === undefined) {
    return parameters === undefined ? '{"type":"object","properties":{}}' : JSON.stringify(parameters);
  }
  readingRequest(() => {
    const reader = new JsonReader(parametersJson);
    reader.object(() => reader.skip());
    reader.end();
  });
  return parametersJson;
}

/** The names in `allowed_tools`. */
function allowedNames(allowed: Immutable<AllowedTools>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const text of allowed.toolsJson) {
    readingRequest(() => {
      const reader = new JsonReader(text);
      reader.object((key) => {
        if (key !== "function") reader.skip();
        else
          reader.object((inner) => {
            if (inner === "name") names.add(reader.string());
            else reader.skip();
          });
      });
    });
  }
  return names;
}
