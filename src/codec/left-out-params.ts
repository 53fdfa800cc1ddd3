import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import { GatewayError } from "../chat/error.ts";
import type { Immutable } from "../chat/immutable.ts";
import { JsonReader } from "./json/json-reader.ts";
import { readingRequest } from "./openai/decode-request.ts";
import { requestJson } from "./openai/request-json.ts";

/**
 * What becomes of parameters that a vendor does not take: `drop` leaves them out and tells, `reject` refuses the request, `pass` sends
 * them under OpenAI's name, for the vendor to judge.
 */
export type ParamPolicy = "pass" | "drop" | "reject";

// A reply's headers and trailers tell what was dropped.
const mostNamed = 16;
const longestNamed = 64;

/** Gathers what a vendor's body has no place for, by the policy. */
export class LeftOutParams {
  readonly #policy: ParamPolicy;
  readonly #names = new Set<string>();
  #passed = "";

  constructor(policy: ParamPolicy) {
    this.#policy = policy;
  }

  /** The names of what is left out, the first 16, of long ones the beginning. */
  get names(): readonly string[] {
    return [...this.#names].slice(0, mostNamed).map((name) => name.slice(0, longestNamed));
  }

  /** Members to add to the body under the policy `pass`, each with a comma before it. */
  get passed(): string {
    return this.#passed;
  }

  /**
   * A parameter, or a part of one, that the body has no place for.
   * @param name e.g. `logit_bias`, `messages[2].name`.
   * @param json its value as JSON text, when it could be sent as a member at the top of the body.
   * @throws GatewayError `unsupported_parameter` under the policy `reject`.
   */
  leave(name: string, json?: string): void {
    if (this.#policy === "reject") {
      const message = `${name.slice(0, longestNamed)} is not supported by the provider of this model`;
      throw new GatewayError("unsupported_parameter", message, { param: name.slice(0, longestNamed) });
    }
    if (this.#policy === "pass" && json !== undefined) this.#passed += `,${JSON.stringify(name)}:${json}`;
    else this.#names.add(name);
  }

  /**
   * Leaves every top-level parameter of a request but those under these names (OpenAI's), and those that mean nothing at their values.
   * @param reserved names that the body may have of its own: what a client sends under one is never passed.
   */
  leaveAllBut(
    taken: ReadonlySet<string>,
    request: Immutable<ChatCompletionRequest>,
    reserved: readonly ReadonlySet<string>[],
  ): void {
    const rest = readingRequest(() => requestJson.members(request as ChatCompletionRequest, taken)); // read, never written
    const reader = new JsonReader(`{${rest}}`);
    reader.object((key) => {
      const json = reader.raw();
      if (reserved.some((names) => names.has(key))) this.leave(key);
      else this.leaveUnlessDefault(key, json);
    });
  }

  /** Leaves a top-level parameter, unless it says no more than its absence: null, or the value that is meant without it. */
  leaveUnlessDefault(name: string, json: string): void {
    if (json !== "null" && !meaningless.has(`${name}:${json}`)) this.leave(name, json);
  }
}

/** Parameters at the value that they have when they are left out. */
const meaningless: ReadonlySet<string> = new Set([
  "n:1",
  "logprobs:false",
  "frequency_penalty:0",
  "presence_penalty:0",
  "store:false",
  'modalities:["text"]',
  'service_tier:"auto"',
  'verbosity:"medium"',
  'response_format:{"type":"text"}',
]);
