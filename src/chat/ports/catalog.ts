import type { Model } from "#gen/sluice/chat/v1/model_service_pb";

/** The models a client may ask for. */
export interface Catalog {
  /** Every model that is known now, ordered by id. */
  list(): readonly Model[];
  /** The same, after vendors whose lists are old were asked. Never rejects. */
  fresh(): Promise<readonly Model[]>;
}
