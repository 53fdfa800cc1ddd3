import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";

/** A path in a configuration: keys and indexes. */
export type Path = readonly (string | number)[];

/** A place in a file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A configuration as it was written: plain values, and where each of them stands. */
export interface ConfigSource {
  /** What errors name: the file's path, or the variable's name. */
  readonly name: string;
  readonly value: unknown;
  /** Where a value, or with `key` its key, is written; the nearest enclosing one when it is not there. */
  position(path: Path, key?: boolean): Position | undefined;
}

/**
 * Reads YAML (and so JSON) text.
 * @throws ConfigError for what is no YAML, duplicate keys and keys that are no strings.
 */
export function parseSource(name: string, text: string): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        source: name,
        ...at(error.pos[0]),
        field: "",
        message: error.message.replace(/\s+/g, " "),
      })),
    );
  }
  return {
    name,
    value: document.toJS({ maxAliasCount: 100 }),
    position(path, key = false) {
      for (let length = path.length; length >= 0; length--) {
        const node =
          length === path.length && key
            ? keyNode(document.getIn(path.slice(0, -1), true), path.at(-1))
            : nodeAt(document, path.slice(0, length));
        const offset = node?.range?.[0];
        if (offset !== undefined) return at(offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

function nodeAt(document: ReturnType<typeof parseDocument>, path: Path): Node | undefined {
  if (path.length === 0) return document.contents ?? undefined;
  const node = document.getIn(path, true);
  return typeof node === "object" && node !== null ? (node as Node) : undefined; // keepScalar gives nodes
}

function keyNode(parent: unknown, key: string | number | undefined): Node | undefined {
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
  return pair !== undefined && isScalar(pair.key) ? pair.key : undefined;
}
