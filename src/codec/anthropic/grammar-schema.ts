import { JsonProblem } from "../json/json-reader.ts";
import { exactItems, exactMembers, objectOf } from "./exact-members.ts";
import { hasCycle } from "./schema-cycle.ts";

/** A schema as the vendor compiles it to a grammar. */
export interface GrammarSchema {
  readonly schema: string;
  /** Whether it differs from the given one. What satisfies it satisfies the given one all the same, unless `loose`. */
  readonly changed: boolean;
  /** Whether it has lost constraints, which are now words in descriptions. */
  readonly loose: boolean;
}

/**
 * A JSON Schema in the subset that the vendor can promise
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations): objects are closed, constraints it
 * does not know become words in the description. Undefined when the subset cannot say it: recursion, open objects, anything goes.
 * @param text a JSON object.
 * @throws JsonProblem when it is none.
 */
export function grammarSchema(text: string): GrammarSchema | undefined {
  if (hasCycle(text)) return undefined;
  const rewriter = new Rewriter();
  const schema = rewriter.schema(text);
  return schema === undefined ? undefined : { schema, changed: rewriter.changed, loose: rewriter.loose };
}

const formats = ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];
const asIs: ReadonlySet<string> = new Set(["type", "required", "enum", "const", "default", "title", "description", "$ref"]);
const saysNothing: ReadonlySet<string> = new Set(["$schema", "$id", "$comment", "$anchor", "examples", "deprecated", "readOnly"]);
const subschemas: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);

class Rewriter {
  changed = false;
  loose = false;

  schema(text: string): string | undefined {
    if (!text.startsWith("{")) return undefined; // true and false are schemas too
    const given = exactMembers(text);
    const sayable = this.#saysWhat(given);
    if (sayable === undefined) return undefined;
    const members = new Map<string, string>();
    const words: string[] = [];
    for (const [keyword, json] of given) {
      if (saysNothing.has(keyword)) this.changed = true;
      else if (!this.#keep(keyword, json, members)) return undefined;
      else if (!members.has(keyword) && keyword !== "oneOf") words.push(`${keyword}: ${json}`);
    }
    if (sayable === "object") this.#close(members, given);
    if (words.length > 0) this.#describe(members, words);
    return objectOf(members);
  }

  /** Whether a schema is an object's, or says something else; undefined when anything satisfies it. */
  #saysWhat(given: ReadonlyMap<string, string>): "object" | "other" | undefined {
    const type = given.get("type");
    if (type === undefined && given.has("properties")) return "object";
    if (type?.includes('"object"')) return isOpen(given) ? undefined : "object";
    const combined = ["$ref", "anyOf", "oneOf", "allOf", "enum", "const"].some((keyword) => given.has(keyword));
    return type !== undefined || combined ? "other" : undefined;
  }

  /** Takes a keyword over, as it is or rewritten, or leaves it to the description. False: it cannot be said. */
  #keep(keyword: string, json: string, members: Map<string, string>): boolean {
    if (keyword === "enum" && exactItems(json).some((item) => /^[[{]/.test(item))) return false;
    if (keyword === "$ref" && !json.startsWith('"#')) return false;
    if (asIs.has(keyword)) members.set(keyword, json);
    else if (subschemas.has(keyword)) return this.#put(keyword, this.#each(json), members);
    else if (keyword === "items") return this.#put(keyword, this.schema(json), members);
    else if (keyword === "anyOf" || keyword === "allOf") return this.#put(keyword, this.#list(json), members);
    else if (keyword === "oneOf") {
      this.changed = true;
      return this.#put("anyOf", this.#list(json), members);
    } else if (keyword === "additionalProperties") {
      if (json.startsWith("{")) return false;
      members.set(keyword, json);
    } else if (keyword === "format" && formats.includes(JSON.parse(json) as string)) members.set(keyword, json);
    else if (keyword === "minItems" && (json === "0" || json === "1")) members.set(keyword, json);
    else this.loose = this.changed = true;
    return true;
  }

  #put(keyword: string, json: string | undefined, members: Map<string, string>): boolean {
    if (json !== undefined) members.set(keyword, json);
    return json !== undefined;
  }

  #each(json: string): string | undefined {
    const rewritten = new Map<string, string>();
    for (const [name, text] of exactMembers(json)) {
      const schema = this.schema(text);
      if (schema === undefined) return undefined;
      rewritten.set(name, schema);
    }
    return objectOf(rewritten) ?? "{}";
  }

  #list(json: string): string | undefined {
    const rewritten = exactItems(json).map((text) => this.schema(text));
    return rewritten.every((schema) => schema !== undefined) ? `[${rewritten.join(",")}]` : undefined;
  }

  #close(members: Map<string, string>, given: ReadonlyMap<string, string>): void {
    if (members.get("additionalProperties") === "false" && given.has("type")) return;
    this.changed = true;
    if (!given.has("type")) members.set("type", '"object"');
    members.set("additionalProperties", "false");
  }

  #describe(members: Map<string, string>, words: readonly string[]): void {
    const before: unknown = JSON.parse(members.get("description") ?? '""');
    if (typeof before !== "string") throw new JsonProblem("description", "must be a string");
    const text = `${before === "" ? "" : `${before}\n\n`}{${words.join(", ")}}`;
    members.set("description", JSON.stringify(text));
  }
}

/** An object that may have any member: closed, it could have none. */
function isOpen(given: ReadonlyMap<string, string>): boolean {
  const named = given.get("properties") ?? "{}";
  return given.get("additionalProperties") !== "false" && (!named.startsWith("{") || exactMembers(named).size === 0);
}
