import type { Model } from "#gen/sluice/chat/v1/model_service_pb";

/** The models a client may ask for. */
export interface Catalog {
  /** Every model, ordered by id. */
  list(): readonly Model[];
}
