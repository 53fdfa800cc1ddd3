import { exactMembers } from "./exact-members.ts";

const reference = /"\$ref"\s*:\s*"([^"\\]*)"/g;
const local = /^#\/(?:\$defs|definitions)\/([^/]+)$/;

/** Whether a schema refers to itself, by whatever way, or to what is not one of its own definitions. */
export function hasCycle(schema: string): boolean {
  const all = refsOf(schema);
  if (all.length === 0) return false;
  const members = exactMembers(schema);
  const definitions = new Map<string, string>();
  for (const keyword of ["$defs", "definitions"]) {
    const text = members.get(keyword);
    if (text === undefined || !text.startsWith("{")) continue;
    for (const [name, definition] of exactMembers(text)) definitions.set(name, definition);
  }
  const names = new Set<string>();
  for (const ref of all) {
    const name = local.exec(ref)?.[1];
    if (name === undefined || !definitions.has(name)) return true;
    names.add(name);
  }
  return [...names].some((name) => reaches(name, name, definitions, new Set()));
}

function reaches(from: string, target: string, definitions: ReadonlyMap<string, string>, seen: Set<string>): boolean {
  for (const ref of refsOf(definitions.get(from) ?? "")) {
    const name = local.exec(ref)?.[1] ?? "";
    if (name === target) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    if (reaches(name, target, definitions, seen)) return true;
  }
  return false;
}

const refsOf = (text: string): string[] => [...text.matchAll(reference)].map((match) => match[1] ?? "");
