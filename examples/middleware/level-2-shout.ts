import type { ChunkProcessor, Middleware } from "sluice";

/** Level 2: changes the stream, chunk by chunk. Makes the reply's content upper case. */
export default (): Middleware => ({
  name: "shout",
  processChunks: (): ChunkProcessor => ({
    // A chunk is read-only: what changes is copied, everything else stays as it is.
    chunk: (chunk) => ({
      ...chunk,
      choices: chunk.choices.map((choice) =>
        choice.delta?.content === undefined
          ? choice
          : { ...choice, delta: { ...choice.delta, content: shout(choice.delta.content) } },
      ),
    }),
  }),
});

/** Upper case, but for letters of two UTF-16 units: a chunk may end in the middle of one, and the text must not depend on that. */
function shout(text: string): string {
  return text.replace(/[^\ud800-\udfff]+/g, (part) => part.toUpperCase());
}
