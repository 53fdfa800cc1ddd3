import type { Middleware } from "sluice";
import { CharacterFold } from "../../src/guard/character-fold.ts";
import { literalGuard } from "../../src/guard/literal-guard.ts";

/**
 * An exact guardrail: internal names never leave, however the reply is chunked. The guard only says what it found and up to where
 * the text is decided; the gateway holds, replaces and releases.
 */
export default ({
  names = ["Project Heron"],
  replacement = "[internal]",
}: {
  readonly names?: string[];
  readonly replacement?: string;
} = {}): Middleware => {
  const fold = CharacterFold.with({ case: true });
  const guardText = literalGuard({ literals: names, action: "redact", replacement, entity: "CODENAME", fold });
  return { name: "codenames", guardText };
};
