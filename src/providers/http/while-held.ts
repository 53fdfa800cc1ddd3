import type { Lease } from "../../chat/lease.ts";

/**
 * Waits for what others may be waiting for, too, and must go on for them, but no longer than the lease lasts.
 * @throws GatewayError the lease's error, or what the promise is rejected with.
 */
export function whileHeld<T>(promise: Promise<T>, lease: Lease): Promise<T> {
  return new Promise((resolve, reject) => {
    lease.onClose((error) => {
      if (error !== undefined) reject(error);
    });
    promise.then(resolve, reject);
  });
}
