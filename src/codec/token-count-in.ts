import { GatewayError } from "../chat/error.ts";
import { fieldOf } from "./json/field-of.ts";

/** The number of tokens that a member of a reply tells. @throws GatewayError `upstream_error` when it tells none. */
export function tokenCountIn(body: string, member: string): number {
  let reply: unknown;
  try {
    reply = JSON.parse(body);
  } catch {
    // It has no such member.
  }
  const tokens = fieldOf(reply, member);
  if (typeof tokens === "number" && Number.isInteger(tokens) && tokens >= 0 && tokens <= 0xffffffff) return tokens;
  throw new GatewayError("upstream_error", "the upstream's reply is no count of tokens");
}
