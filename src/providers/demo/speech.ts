import { FinishReason } from "#gen/sluice/chat/v1/chat_completion_response_pb";
import { StopSequences } from "./stop-sequences.ts";
import { tokensOf } from "./tokens.ts";

/** A piece of what a demo model says: a token of a text, or the head of a tool call whose text follows. */
export type Piece =
  | { readonly kind: "content" | "reasoning" | "arguments" | "input"; readonly text: string }
  | { readonly kind: "call"; readonly type: "function" | "custom"; readonly id: string; readonly name: string };

/** What a demo model says in one choice, made as it is read, and why it ended. */
export type Speech = Generator<Piece, FinishReason>;

/** Says a text, a token a piece. */
export function* say(
  text: string,
  kind: "content" | "reasoning" | "arguments" | "input" = "content",
): Generator<Piece, undefined> {
  for (const token of tokensOf(text)) yield { kind, text: token };
}

/** The same speech, ended for `length` when it goes on after `most` tokens. */
export function* limitTo(speech: Speech, most: number): Speech {
  let tokens = 0;
  for (;;) {
    const step = speech.next();
    if (step.done === true) return step.value;
    if (step.value.kind !== "call" && ++tokens > most) return FinishReason.LENGTH;
    yield step.value;
  }
}

/**
 * The same speech, ended before the first of the stop sequences that completes in its content, however it is split into tokens.
 * Tokens that could still belong to one are held back.
 */
export function* stopAt(speech: Speech, stops: readonly string[]): Speech {
  const sequences = new StopSequences(stops);
  let held: Piece[] = [];
  let heldLength = 0;
  for (;;) {
    const step = speech.next();
    if (step.done === true || step.value.kind !== "content") {
      yield* held;
      held = [];
      heldLength = 0;
      if (step.done === true) return step.value;
      yield step.value;
      continue;
    }
    const { text } = step.value;
    held.push(step.value);
    heldLength += text.length;
    const { stopped, open } = sequences.take(text);
    let free = heldLength - open;
    if (stopped) {
      for (const piece of held) {
        if (free <= 0 || piece.kind === "call") break;
        yield { kind: "content", text: piece.text.slice(0, free) };
        free -= piece.text.length;
      }
      return FinishReason.STOP;
    }
    for (let first = held[0]; first?.kind === "content" && first.text.length <= free; first = held[0]) {
      yield first;
      held.shift();
      heldLength -= first.text.length;
      free -= first.text.length;
    }
  }
}
