import type { TextGuard } from "../chat/guard.ts";
import { type EntityRule, EntitySet } from "./entity-set.ts";
import { SearchGuard, type SearchGuardOptions } from "./search-guard.ts";

/** What an entity guard looks for, and where. */
export interface EntityGuardOptions extends SearchGuardOptions {
  readonly rules: readonly EntityRule[];
  /** Texts that are left alone where they are found, in either case. */
  readonly allow?: readonly string[] | undefined;
}

/**
 * An exact guard over entities, compiled once; the function it returns makes one guard per call. Entities of one action are looked
 * for together; those of another beside them, so that what is only watched hides nothing that is acted on.
 * @throws GatewayError `internal` for a pattern that cannot be matched.
 */
export function entityGuard(options: EntityGuardOptions): () => TextGuard {
  const { rules, fold } = options;
  const allowed = new Set((options.allow ?? []).map((text) => text.toLowerCase()));
  const actions = [...new Set(rules.map(({ action }) => action))];
  const sets = actions.map((action) => {
    const ofAction = rules.filter((rule) => rule.action === action);
    return new EntitySet(ofAction, fold, allowed);
  });
  return () => new SearchGuard(sets, options);
}
