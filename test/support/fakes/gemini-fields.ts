/** The form of a JSON value: a kind of scalar, an array of a form, an object's members by name, or anything. */
type Form = "string" | "number" | "int32" | "boolean" | "base64" | "any" | readonly [Form] | { readonly [name: string]: Form };

const schema: Form = "any";
const media: Form = { inlineData: { mimeType: "string", data: "base64", displayName: "string" } };

const part: Form = {
  text: "string",
  thought: "boolean",
  thoughtSignature: "base64",
  inlineData: { mimeType: "string", data: "base64" },
  fileData: { mimeType: "string", fileUri: "string" },
  functionCall: { id: "string", name: "string", args: "any" },
  functionResponse: { id: "string", name: "string", response: "any", parts: [media] },
  executableCode: { id: "string", language: "string", code: "string" },
  codeExecutionResult: { id: "string", outcome: "string", output: "string" },
  videoMetadata: "any",
  partMetadata: "any",
};

const content: Form = { role: "string", parts: [part] };

const generationConfig: Form = {
  temperature: "number",
  topP: "number",
  topK: "number",
  maxOutputTokens: "int32",
  candidateCount: "int32",
  stopSequences: ["string"],
  seed: "int32",
  presencePenalty: "number",
  frequencyPenalty: "number",
  responseLogprobs: "boolean",
  logprobs: "int32",
  responseMimeType: "string",
  responseSchema: schema,
  responseJsonSchema: schema,
  responseModalities: ["string"],
  thinkingConfig: { includeThoughts: "boolean", thinkingBudget: "int32", thinkingLevel: "string" },
  speechConfig: "any",
  mediaResolution: "string",
  imageConfig: "any",
};

/** GenerateContentRequest (https://ai.google.dev/api/generate-content#request-body). */
export const requestForm: Form = {
  contents: [content],
  systemInstruction: content,
  tools: [
    {
      functionDeclarations: [
        { name: "string", description: "string", parameters: schema, parametersJsonSchema: schema, response: schema },
      ],
      googleSearch: "any",
      codeExecution: "any",
      urlContext: "any",
    },
  ],
  toolConfig: {
    functionCallingConfig: { mode: "string", allowedFunctionNames: ["string"], streamFunctionCallArguments: "boolean" },
  },
  safetySettings: [{ category: "string", threshold: "string" }],
  generationConfig,
  cachedContent: "string",
  labels: "any",
  serviceTier: "string",
  store: "boolean",
};

/** What is wrong with a value's form, in the vendor's words; undefined when nothing is. */
export function formFault(value: unknown, form: Form, path = ""): string | undefined {
  if (form === "any") return undefined;
  if (form === "string") return typeof value === "string" ? undefined : badValue(path, "TYPE_STRING", value);
  if (form === "boolean") return typeof value === "boolean" ? undefined : badValue(path, "TYPE_BOOL", value);
  if (form === "number") return typeof value === "number" ? undefined : badValue(path, "TYPE_FLOAT", value);
  if (form === "int32")
    return Number.isInteger(value) && (Number(value) | 0) === value ? undefined : badValue(path, "TYPE_INT32", value);
  if (form === "base64") {
    const fits = typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value);
    return fits ? undefined : `Invalid value at '${path}' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(value)}`;
  }
  if (Array.isArray(form)) {
    if (!Array.isArray(value)) return badValue(path, "list", value);
    return first(value.map((item, index) => formFault(item, form[0] as Form, `${path}[${index}]`))); // of one item
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return badValue(path, "message", value);
  return first(
    Object.entries(value).map(([name, member]) => {
      const inner = (form as Record<string, Form>)[name]; // neither word nor array
      if (inner !== undefined) return formFault(member, inner, path === "" ? name : `${path}.${name}`);
      return `Invalid JSON payload received. Unknown name "${name}"${path === "" ? "" : ` at '${path}'`}: Cannot find field.`;
    }),
  );
}

const first = (faults: readonly (string | undefined)[]): string | undefined => faults.find((fault) => fault !== undefined);
const badValue = (path: string, type: string, value: unknown): string =>
  `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`;
