import { type ChatStream, GatewayError, type Middleware, type StreamEvent } from "sluice";

/**
 * Level 3: full control around the call. Asks again, up to `attempts` times, while the reply fails before its first content; after
 * that the client has seen something of it, and only the error is honest.
 */
export default ({ attempts = 3 }: { readonly attempts?: number } = {}): Middleware => ({
  name: "retry",
  async aroundLlm(ctx, next) {
    for (let attempt = 1; ; attempt++) {
      const fork = ctx.fork(`attempt ${attempt}`); // each attempt has its own request, usage, lease and state
      try {
        const reply = await begun(await next(fork));
        ctx.adopt(fork);
        return reply;
      } catch (thrown) {
        const error = GatewayError.from(thrown);
        fork.lease.close(error);
        if (attempt >= attempts || error.row.retry === "no" || ctx.lease.closed) throw error;
      }
    }
  },
});

/** Reads a reply up to its first content; gives a stream of the whole reply. */
async function begun(reply: ChatStream): Promise<ChatStream> {
  const source = reply[Symbol.asyncIterator]();
  const early: (readonly StreamEvent[])[] = [];
  for (let content = false; !content; ) {
    const read = await source.next();
    if (read.done === true) break;
    early.push(read.value);
    content = read.value.some(hasContent);
  }
  return {
    cancel: (reason) => reply.cancel(reason),
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = early.shift();
        return value === undefined ? source.next() : Promise.resolve({ done: false, value });
      },
    }),
  };
}

function hasContent(event: StreamEvent): boolean {
  return event
    .chunk()
    .choices.some(
      ({ delta }) => delta !== undefined && Boolean(delta.content || delta.reasoning || delta.refusal || delta.toolCalls.length),
    );
}
