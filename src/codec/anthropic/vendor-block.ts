import { vendorBlockJson } from "./assistant-blocks.ts";
import { exactMembers, objectOf } from "./exact-members.ts";

/** A streamed block that the contract does not model: what it began with, and what its deltas have added. */
export class VendorBlock {
  readonly #members: Map<string, string>;
  readonly #at: number;
  readonly #texts = new Map<string, string>();

  /** @param at how much of the content stood before it, in UTF-16 units. */
  constructor(members: Map<string, string>, at: number) {
    this.#members = members;
    this.#at = at;
  }

  /** Adds a delta's members: strings are appended to the block's members of their names, anything else replaces them. */
  add(delta: ReadonlyMap<string, string>): void {
    for (const [name, json] of delta) {
      if (name === "type" || json === "null") continue;
      const value: unknown = json.startsWith('"') ? JSON.parse(json) : undefined;
      if (typeof value !== "string") this.#members.set(name, json);
      else this.#texts.set(name, (this.#texts.get(name) ?? this.#given(name)) + value);
    }
  }

  /** The block as an item of `anthropic_blocks`. */
  json(): string {
    const members = new Map(this.#members);
    for (const [name, text] of this.#texts) {
      if (name !== "partial_json") members.set(name, JSON.stringify(text));
      else if (text !== "") members.set("input", isObject(text) ? text : JSON.stringify(text));
    }
    return vendorBlockJson(this.#at, objectOf(members) ?? "{}");
  }

  #given(name: string): string {
    const value = this.#members.get(name);
    return value?.startsWith('"') ? String(JSON.parse(value)) : "";
  }
}

function isObject(json: string): boolean {
  try {
    exactMembers(json);
    return true;
  } catch {
    return false;
  }
}
