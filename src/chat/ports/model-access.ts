import type { Identity } from "../request-head.ts";

/** Knows who may use which model. */
export interface ModelAccess {
  /** Whether a caller may use a model, by the name that clients ask for. */
  mayUse(caller: Identity, model: string): boolean;
}

/** Everybody may use everything. */
export const openAccess: ModelAccess = { mayUse: () => true };
