import { GatewayError } from "../../chat/error.ts";
import type { PartialArgument } from "./function-call-json.ts";

type Step = string | number;

/** An object or array whose end has not come. `at` is the member or item that is being written. */
interface Open {
  readonly isArray: boolean;
  readonly seen: Set<string>;
  at: Step;
}

const step = /\.([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff-]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]/gy;
const deepest = 60;

/**
 * Writes the arguments of a call as JSON text while they come: pieces of values, each with its place. They come in the order of the text,
 * as a model writes them.
 */
export class PartialArguments {
  readonly #open: Open[] = [];
  /** The place of the string that has not ended. */
  #string: string | undefined;

  /**
   * The text that a piece adds.
   * @throws GatewayError `upstream_error` when its place is not after what is written already, or is no place.
   */
  add({ jsonPath, text, scalar, willContinue }: PartialArgument): string {
    const more = willContinue === true;
    if (this.#string === jsonPath && scalar === undefined) {
      if (!more) this.#string = undefined;
      return `${inside(text ?? "")}${more ? "" : '"'}`;
    }
    const before = this.#endString() + this.#goTo(stepsOf(jsonPath));
    if (scalar !== undefined || text === undefined) return `${before}${scalar ?? "null"}`;
    if (more) this.#string = jsonPath;
    return `${before}"${inside(text)}${more ? "" : '"'}`;
  }

  /** The text that ends the arguments. */
  end(): string {
    const isEmpty = this.#open.length === 0;
    return isEmpty ? "{}" : this.#endString() + this.#close(0);
  }

  #endString(): string {
    const text = this.#string === undefined ? "" : '"';
    this.#string = undefined;
    return text;
  }

  /** Ends what is deeper than `depth` containers. */
  #close(depth: number): string {
    let text = "";
    while (this.#open.length > depth) text += this.#open.pop()?.isArray === true ? "]" : "}";
    return text;
  }

  /** Ends what does not hold the place, begins what does. */
  #goTo(steps: readonly Step[]): string {
    let shared = 0;
    while (shared < this.#open.length - 1 && shared < steps.length - 1 && this.#open[shared]?.at === steps[shared]) shared++;
    let text = this.#close(shared + 1);
    for (const [depth, at] of steps.slice(shared).entries()) {
      const open = depth === 0 ? this.#open.at(-1) : undefined;
      text += open === undefined ? this.#begin(at) : next(open, at);
    }
    return text;
  }

  #begin(at: Step): string {
    const isArray = typeof at === "number";
    if (isArray && (at !== 0 || this.#open.length === 0)) throw outOfOrder();
    this.#open.push({ isArray, seen: new Set([String(at)]), at });
    return isArray ? "[" : `{${JSON.stringify(at)}:`;
  }
}

/** Goes on to another member or item of the same container. */
function next(open: Open, at: Step): string {
  if (open.isArray) {
    if (typeof at !== "number" || typeof open.at !== "number" || at !== open.at + 1) throw outOfOrder();
    open.at = at;
    return ",";
  }
  if (typeof at !== "string" || open.seen.has(at)) throw outOfOrder();
  open.seen.add(at);
  open.at = at;
  return `,${JSON.stringify(at)}:`;
}

/** A string's characters as they stand between the quotes. */
const inside = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The steps of a singular query of RFC 9535. */
function stepsOf(jsonPath: string): readonly Step[] {
  const steps: Step[] = [];
  if (!jsonPath.startsWith("$")) throw outOfOrder();
  step.lastIndex = 1;
  while (step.lastIndex < jsonPath.length) {
    const match = step.exec(jsonPath);
    if (match === null || steps.length > deepest) throw outOfOrder();
    const [, name, index, quoted] = match;
    steps.push(name ?? (index === undefined ? unquoted(quoted ?? "") : Number(index)));
  }
  if (steps.length === 0) throw outOfOrder();
  return steps;
}

/** A quoted name, in either kind of quotes. */
function unquoted(text: string): string {
  const body = text.slice(1, -1).replaceAll("\\'", "'");
  const json = text.startsWith("'") ? body.replace(/(?<!\\)"/g, '\\"') : body;
  try {
    return JSON.parse(`"${json}"`) as string; // a JSON string
  } catch {
    throw outOfOrder();
  }
}

const outOfOrder = (): GatewayError =>
  new GatewayError("upstream_error", "the upstream's pieces of a call's arguments make no JSON object");
