import type { Role } from "#gen/sluice/chat/v1/chat_message_pb";
import type { ChannelKey, RequestGuard } from "../../src/chat/guard.ts";
import type { RequestContext } from "../../src/pipeline/context.ts";
import type { Middleware } from "../../src/pipeline/middleware.ts";

/** What a guard of requests finds in a text: `ENTITY:the text that was found`, in order. */
export function foundBy(middleware: Middleware, text: string): readonly string[] {
  const guard = guardOf(middleware);
  const key: ChannelKey = { channel: "content", choice: 0, tool: 0 };
  const spans = [...(guard?.feed(key, text).spans ?? []), ...(guard?.finish(key, "eof").spans ?? [])];
  return spans.sort((a, b) => a.start - b.start).map(({ entity, start, end }) => `${entity}:${text.slice(start, end)}`);
}

/** Whose messages a guard looks at. */
export function rolesOf(middleware: Middleware): readonly Role[] | undefined {
  return guardOf(middleware)?.roles;
}

/** Guards that keep nothing of the call need nothing of it. */
function guardOf(middleware: Middleware): RequestGuard | undefined {
  return middleware.guardRequest?.({} as RequestContext);
}
