import type { Middleware } from "sluice";
import { team } from "./team.ts";

/** Finds out which team asks, by what the client says of itself, and tells the middleware inside. */
export default (): Middleware => ({
  name: "findTeam",
  reads: "nothing",
  beforeLlm(ctx) {
    const name = ctx.metadata.team ?? "nobody";
    ctx.state.set(team, { name, language: name === "rennes" ? "French" : "English" });
    return undefined;
  },
});
