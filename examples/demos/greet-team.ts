import type { Middleware } from "sluice";
import { team } from "./team.ts";

/** Adds what the team needs to the last message, and logs for whom it did. */
export default (): Middleware => ({
  name: "greetTeam",
  reads: "nothing",
  beforeLlm(ctx) {
    const found = ctx.state.get(team);
    if (found === undefined) return undefined;
    ctx.edit(({ messages }) => {
      const last = messages.at(-1);
      if (last !== undefined) last.content = `${last.content} (Answer in ${found.language}.)`;
    });
    ctx.log.info({ team: found.name }, "greeted");
    return undefined;
  },
});
