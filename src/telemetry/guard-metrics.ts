import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import type { Immutable } from "../chat/immutable.ts";
import { Histogram } from "./histogram.ts";
import type { Instruments } from "./instruments.ts";
import { Series } from "./series.ts";

/** Upper bounds of what a call holds at the most. UTF-16 code units. */
const heldBounds = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096];

/** Names of findings that are told apart. Guards of a configuration have few; one of somebody's own might make them of text. */
const mostEntities = 200;

/** Measures guards: what they find, hold and withhold. */
export class GuardMetrics {
  readonly #findings = new Series(["middleware", "entity", "action", "direction"], () => ({ value: 0 }));
  readonly #entities = new Set<string>();
  readonly #held = new Histogram(heldBounds);
  #withheld = 0;

  constructor(instruments: Instruments) {
    instruments.counter("sluice_guard_findings_total", "Findings of guardrails, by what was found and what was done.", () =>
      this.#findings.read(({ value }) => value),
    );
    instruments.histogram(
      "sluice_guard_held_characters",
      "The most characters that a guarded reply waited with at one time.",
      () => [[{}, this.#held]],
    );
    instruments.counter(
      "sluice_guard_withheld_characters_total",
      "Characters of replies that guardrails did not let out.",
      () => [[{}, this.#withheld]],
    );
  }

  /** Takes down what the guards of a call did. */
  record({ guarantee, heldCharacters, verdicts, withheldCharacters }: Immutable<RouteInfo>): void {
    if (guarantee !== "") this.#held.record(heldCharacters);
    this.#withheld += withheldCharacters;
    for (const { action, channel, entity, middleware } of verdicts) {
      const direction = channel.startsWith("request.") ? "input" : "output";
      this.#findings.at(middleware, this.#label(entity), action, direction).value += 1;
    }
  }

  #label(entity: string): string {
    if (this.#entities.size < mostEntities) this.#entities.add(entity);
    return this.#entities.has(entity) ? entity : "other";
  }
}
