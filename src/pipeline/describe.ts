import { type CompileOptions, guaranteeOf } from "./compile.ts";
import type { Middleware } from "./middleware.ts";

/** The highest level a middleware uses. */
function levelOf(middleware: Middleware): 0 | 1 | 2 | 3 {
  if (middleware.aroundLlm !== undefined) return 3;
  if (middleware.processChunks !== undefined || middleware.guardText !== undefined || middleware.guardRequest !== undefined)
    return 2;
  return middleware.onResponseUpdate === undefined ? 0 : 1;
}

/** A pipeline in words: a line per middleware in the onion's order. */
export function describePipeline(list: readonly Middleware[], options: CompileOptions): string {
  const lines = list.map((middleware, index) => {
    const parts = [`level ${levelOf(middleware)}`, `serves ${(middleware.operations ?? ["chat"]).join(", ")}`];
    if (middleware.summary !== undefined) parts.push(middleware.summary);
    if (middleware.guardRequest !== undefined) parts.push("sees requests whole, and writes them anew");
    const guarantee = guaranteeOf(middleware);
    if (guarantee === "exact") parts.push("exact: holds only what could still become a match");
    if (guarantee === "windowed") {
      parts.push(`windowed(${options.window}, ${options.window >> 1}): holds up to ${options.interval} chunks until its verdict`);
    }
    if (guarantee === "advisory") parts.push(`advisory: looks every ${options.interval} chunks, may cut later`);
    if (middleware.processChunks !== undefined) parts.push("reads every chunk");
    if (middleware.onError === "skip") parts.push("skipped when it fails");
    return `${String(index + 1).padStart(3)}. ${middleware.name}: ${parts.join("; ")}`;
  });
  if (lines.length === 0) lines.push("  (no middleware: requests and replies pass untouched)");
  return [...lines, ...pipelineWarnings(list).map((warning) => `warning: ${warning}`)].join("\n");
}

/** What is allowed but probably not meant, a sentence each. */
export function pipelineWarnings(list: readonly Middleware[]): readonly string[] {
  const warnings: string[] = [];
  list.forEach((middleware, index) => {
    if (middleware.processChunks === undefined) return;
    const guard = list.slice(index + 1).find((inner) => inner.guardText !== undefined);
    if (guard !== undefined)
      warnings.push(`what ${middleware.name} adds to a reply is not seen by ${guard.name}, which is inside it`);
  });
  return warnings;
}
