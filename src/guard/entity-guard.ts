import type { TextGuard } from "../chat/guard.ts";
import { type EntityRule, EntitySet } from "./entity-set.ts";
import { SearchGuard, type SearchGuardOptions } from "./search-guard.ts";
import type { TextSearch } from "./text-search.ts";

/** What an entity guard looks for, and where. */
export interface EntityGuardOptions extends SearchGuardOptions {
  readonly rules: readonly EntityRule[];
  /** Texts that are left alone where they are found, in either case. */
  readonly allow?: readonly string[] | undefined;
}

/**
 * An exact guard over entities, compiled once; the function it returns makes one guard per call.
 * @throws GatewayError `internal` for a pattern that cannot be matched.
 */
export function entityGuard(options: EntityGuardOptions): () => TextGuard {
  const searches = entitySearches(options);
  return () => new SearchGuard(searches, options);
}

/**
 * The searches of an entity guard. Entities of one action are looked for together; those of another beside them, so that what is
 * only watched hides nothing that is acted on.
 * @throws GatewayError `internal` for a pattern that cannot be matched.
 */
export function entitySearches({ rules, fold, allow = [] }: EntityGuardOptions): readonly TextSearch[] {
  const allowed = new Set(allow.map((text) => text.toLowerCase()));
  const actions = [...new Set(rules.map(({ action }) => action))];
  return actions.map((action) => {
    const ofAction = rules.filter((rule) => rule.action === action);
    return new EntitySet(ofAction, fold, allowed);
  });
}
