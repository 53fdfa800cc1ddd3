import type { RequestContext } from "./context.ts";
import type { GuardSink } from "./guard-sink.ts";

/** Writes what a guard stage reports into the call's route. */
export function routeSink({ route }: Pick<RequestContext, "route">): GuardSink {
  return {
    addVerdict(verdict) {
      route.verdicts.push(verdict);
    },
    addDroppedField(path) {
      if (!route.droppedFields.includes(path)) route.droppedFields.push(path);
    },
    held(characters) {
      route.heldCharacters = Math.max(route.heldCharacters, characters);
    },
    withheld(characters) {
      route.withheldCharacters += characters;
    },
  };
}
