import type { GuardAction, Replacement, TextGuard } from "../chat/guard.ts";
import { promptOperations } from "../chat/operation.ts";
import { stateKey } from "../chat/state.ts";
import type { CharacterFold } from "../guard/character-fold.ts";
import { maskText } from "../guard/mask.ts";
import { SearchGuard } from "../guard/search-guard.ts";
import type { TextSearch } from "../guard/text-search.ts";
import { TokenVault, tokenizing } from "../guard/token-vault.ts";
import type { RequestContext } from "../pipeline/context.ts";
import type { Middleware } from "../pipeline/middleware.ts";
import { type Action, actions, type GuardOptions, roleByName } from "./guard-options.ts";

/** A guard of the configuration, but for the options that all have. */
export interface GuardParts {
  readonly name: string;
  /** What it looks for, for `describe`. */
  readonly summary: string;
  readonly fold: CharacterFold | undefined;
  /** What it looks for, compiled: where these actions are taken. Nothing when none is. */
  searches(actions: ReadonlySet<GuardAction>): readonly TextSearch[];
}

/** The texts of a call that the model sees as tokens. All guards of the call share it. */
const vaultKey = stateKey<TokenVault>("token vault");

const onRequests: ReadonlySet<Action> = new Set(actions);
/** On replies nothing is made a token: tokens are put back there. */
const onReplies: ReadonlySet<Action> = new Set(actions.filter((action) => action !== "tokenize"));

/** Makes the middleware of a guard: on requests, on replies or on both. Compiled once, searched anew for every call. */
export function guardMiddleware(parts: GuardParts, options: GuardOptions): Middleware {
  const { name, fold } = parts;
  const { channels, direction, fallbackText, onError, onTruncation, roles } = options;
  const all = parts.searches(onRequests);
  const tokenizes = parts.searches(new Set(["tokenize"])).length > 0;
  const newGuard = (searches: readonly TextSearch[]): TextGuard => new SearchGuard(searches, { fold, channels });
  const requests: Pick<Middleware, "guardRequest"> = {
    guardRequest: requestGuard((ctx) => (tokenizes ? tokenizing(newGuard(all), vaultOf(ctx)) : newGuard(all)), roles),
  };
  const ofReplies = direction === "input" ? [] : tokenizes ? parts.searches(onReplies) : all;
  const replies: Pick<Middleware, "guardText"> = {
    guardText(ctx) {
      const restoring = tokenizes ? ctx.state.get(vaultKey)?.restoring(fold) : undefined;
      const searches = restoring === undefined ? ofReplies : [...ofReplies, restoring];
      return searches.length === 0 ? undefined : newGuard(searches);
    },
  };
  return {
    name,
    operations: direction === "output" ? ["chat"] : promptOperations,
    summary: `${parts.summary} in ${{ input: "requests", output: "replies", both: "requests and replies" }[direction]}`,
    onError,
    fallbackText,
    onTruncation,
    ...(direction === "output" ? {} : requests),
    ...(ofReplies.length > 0 || tokenizes ? replies : {}),
  };
}

/** The hook that makes a guard of requests, of the messages of some roles only if any are named. */
export function requestGuard(
  newGuard: (ctx: RequestContext) => TextGuard,
  names: GuardOptions["roles"],
): NonNullable<Middleware["guardRequest"]> {
  const roles = names?.map((name) => roleByName[name]);
  return (ctx) => {
    const guard = newGuard(ctx);
    return roles === undefined
      ? guard
      : { channels: guard.channels, roles, feed: guard.feed.bind(guard), finish: guard.finish.bind(guard) };
  };
}

function vaultOf(ctx: RequestContext): TokenVault {
  let vault = ctx.state.get(vaultKey);
  if (vault === undefined) {
    const request = ctx.message ?? ctx.request;
    vault = new TokenVault(() => request);
    ctx.state.set(vaultKey, vault);
  }
  return vault;
}

/** What stands in a finding's place. Tokens are the call's, and come later. */
export function replacementOf(
  entity: string,
  { action, replacement, keepLast = 0 }: Pick<GuardOptions, "action" | "replacement" | "keepLast">,
): Replacement {
  return action === "mask" ? maskText(keepLast) : (replacement ?? `[${entity}]`);
}
