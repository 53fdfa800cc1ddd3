import type { Span } from "../../../src/chat/guard.ts";
import { CharacterFold } from "../../../src/guard/character-fold.ts";
import { EntitySet } from "../../../src/guard/entity-set.ts";
import { recognizers } from "../../../src/guard/recognizers/index.ts";
import { ScannedText } from "../../../src/guard/scanned-text.ts";
import { secretRecognizers } from "../../../src/guard/secrets/index.ts";
import type { LabelledSpan } from "./labelled-text.ts";

const fold = CharacterFold.with();

/** Every recognizer that is on by default, at the default threshold; an address with a password in it is a secret first. */
const everything = new EntitySet(
  [...secretRecognizers, ...recognizers].map((recognizer) => ({ recognizer, action: "redact" })),
  fold,
);

/** What all recognizers find in a text that arrives in these pieces. */
export function spansFound(pieces: Iterable<string>): LabelledSpan[] {
  const scanned = new ScannedText([everything], fold);
  const spans: Span[] = [];
  for (const piece of pieces) scanned.feed(piece, spans);
  scanned.finish(spans);
  return spans.map(({ entity, start, end }) => ({ entity, start, end }));
}
