import { formFault, requestForm } from "./gemini-fields.ts";

/** A part of a request, as far as the rules below look. */
export interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly id?: string; readonly name?: string; readonly args?: unknown };
  readonly functionResponse?: { readonly id?: string; readonly name?: string; readonly response?: unknown };
  readonly [member: string]: unknown;
}

/** A turn of a request. */
export interface WireContent {
  readonly role?: string;
  readonly parts?: readonly WirePart[];
}

/** The body of a request whose form is right. */
export interface WireRequest {
  readonly contents?: readonly WireContent[];
  readonly systemInstruction?: WireContent;
  readonly tools?: readonly {
    readonly functionDeclarations?: readonly { readonly name?: string; readonly [m: string]: unknown }[];
  }[];
  readonly toolConfig?: {
    readonly functionCallingConfig?: { readonly mode?: string; readonly allowedFunctionNames?: readonly string[] };
  };
  readonly generationConfig?: Readonly<Record<string, unknown>>;
}

const dataOf = ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

/** What the vendor would refuse a request for, in its words; undefined when it would take it. */
export function requestFault(body: unknown, model: string): string | undefined {
  const form = formFault(body, requestForm);
  if (form !== undefined) return form;
  const request = body as WireRequest; // its form is right
  const faults = [
    ...contentFaults(request.contents ?? []),
    ...callFaults(request.contents ?? []),
    ...signatureFaults(request.contents ?? [], model),
    ...toolFaults(request),
    ...configFaults(request.generationConfig ?? {}, model),
  ];
  return faults[0];
}

function* contentFaults(contents: readonly WireContent[]): Iterable<string> {
  if (contents.length === 0) yield "* GenerateContentRequest.contents: contents is not specified";
  let before: string | undefined;
  for (const [index, { role, parts = [] }] of contents.entries()) {
    if (role !== "user" && role !== "model") yield "Please use a valid role: user, model.";
    if (role === before) yield "Please ensure that multiturn requests alternate between user and model.";
    if (index === 0 && role === "model") yield "Please ensure that multiturn requests begin with a user turn.";
    if (parts.length === 0) yield `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`;
    for (const part of parts) {
      const data = dataOf.filter((name) => part[name] !== undefined);
      if (data.length !== 1)
        yield `Invalid value at 'contents[${index}].parts' (oneof), ${data.length} of the field 'data' are set`;
      if (part.functionCall !== undefined && role !== "model") yield "Function calls can only be in a model turn.";
      if (part.functionResponse !== undefined && role !== "user") yield "Function responses can only be in a user turn.";
    }
    before = role;
  }
}

function* callFaults(contents: readonly WireContent[]): Iterable<string> {
  let open: readonly { readonly id?: string; readonly name?: string }[] = [];
  for (const { role, parts = [] } of contents) {
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    const responses = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
    if (role === "user" && responses.length !== open.length) {
      yield "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    }
    for (const { id, name, response } of responses) {
      if (!open.some((call) => call.name === name && call.id === id))
        yield `The function response for ${name} answers no function call.`;
      if (typeof response !== "object" || response === null || Array.isArray(response))
        yield "Invalid value at 'response' (Struct)";
    }
    for (const { args } of calls)
      if (typeof args !== "object" || args === null || Array.isArray(args)) yield "Invalid value at 'args' (Struct)";
    if (role === "model") open = calls;
    else if (responses.length > 0) open = [];
  }
}

/** https://ai.google.dev/gemini-api/docs/thought-signatures: strict for the current turn of Gemini 3. */
function* signatureFaults(contents: readonly WireContent[], model: string): Iterable<string> {
  if (!/gemini-3/.test(model)) return;
  const words = (content: WireContent) =>
    content.role === "user" && (content.parts ?? []).some((part) => part.functionResponse === undefined);
  for (const content of contents.slice(contents.findLastIndex(words))) {
    const call = content.parts?.find(({ functionCall }) => functionCall !== undefined);
    if (call !== undefined && !call.thoughtSignature) {
      yield `Function call \`${call.functionCall?.name}\` is missing a thought_signature in functionCall parts.`;
    }
  }
}

function* toolFaults({ tools = [], toolConfig }: WireRequest): Iterable<string> {
  const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
  for (const { name, parameters, parametersJsonSchema } of declared) {
    if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/.test(name ?? "")) yield `Invalid function name: ${name}`;
    if (parameters !== undefined && parametersJsonSchema !== undefined)
      yield "parameters and parametersJsonSchema exclude each other";
  }
  const choice = toolConfig?.functionCallingConfig;
  if (choice === undefined) return;
  if (declared.length === 0) yield "Function calling config is set without function_declarations.";
  if (choice.mode !== undefined && !["AUTO", "ANY", "NONE", "VALIDATED"].includes(choice.mode)) yield "Invalid value at 'mode'";
  const names = choice.allowedFunctionNames ?? [];
  if (names.length > 0 && choice.mode !== "ANY" && choice.mode !== "VALIDATED") yield "allowed_function_names needs mode ANY";
  if (names.some((name) => !declared.some((other) => other.name === name)))
    yield "allowed_function_names names no declared function";
}

function* configFaults(config: Readonly<Record<string, unknown>>, model: string): Iterable<string> {
  const within = (name: string, low: number, high: number) => {
    const value = config[name];
    return value === undefined || (Number(value) >= low && Number(value) <= high);
  };
  if (!within("candidateCount", 1, 8)) yield "candidateCount must be from 1 to 8";
  if (!within("temperature", 0, 2)) yield "temperature must be from 0 to 2";
  if (!within("logprobs", 0, 20)) yield "logprobs must be from 0 to 20";
  if (Array.isArray(config.stopSequences) && config.stopSequences.length > 5) yield "at most 5 stop sequences";
  if (config.logprobs !== undefined && config.responseLogprobs !== true) yield "logprobs needs responseLogprobs";
  const hasSchema = config.responseSchema !== undefined || config.responseJsonSchema !== undefined;
  if (hasSchema && config.responseMimeType !== "application/json") yield "a response schema needs the mime type application/json";
  const { thinkingLevel, thinkingBudget } = (config.thinkingConfig ?? {}) as Record<string, unknown>; // an object, by its form
  if (thinkingLevel !== undefined && thinkingBudget !== undefined)
    yield "You can only set one of thinking budget and thinking level.";
  if (thinkingLevel !== undefined && !/gemini-3/.test(model)) yield "Thinking level is not supported for this model.";
  if (thinkingLevel !== undefined && !["MINIMAL", "LOW", "MEDIUM", "HIGH"].includes(String(thinkingLevel)))
    yield "Invalid thinking level";
}
