import type { GuardVerdict } from "#gen/sluice/chat/v1/gateway_event_pb";

/** Where a guard stage reports to: the call's route. */
export interface GuardSink {
  /** A guard's finding. Within one text they come ordered by start. */
  addVerdict(verdict: GuardVerdict): void;
  /** A reply field was left out because no guard can vouch for it. Each path once per stage. */
  addDroppedField(path: string): void;
  /** How many characters are held right now, after each batch. UTF-16 code units. */
  held(characters: number): void;
  /** So many more characters will never leave. UTF-16 code units. */
  withheld(characters: number): void;
}
