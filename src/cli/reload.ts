import type { Log } from "../chat/ports/log.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Gateway } from "../gateway.ts";

/**
 * Makes the function that reloads a running gateway: configuration and certificates, one reload at a time; what is asked for
 * meanwhile happens once after it. Whatever is wrong is logged and changes nothing.
 */
export function createReload(gateway: Gateway, load: () => Promise<LoadedConfig>, log: Log): () => void {
  let running = false;
  let again = false;

  async function once(): Promise<void> {
    try {
      const fixed = await gateway.reload(load);
      if (fixed.length > 0) log.warn({ fields: fixed }, "these fields have changed and need a restart");
      log.info({}, "configuration reloaded");
    } catch (error) {
      log.error({ reason: messageOf(error) }, "the new configuration is refused as a whole; the old one stays");
    }
    try {
      await gateway.reloadCertificates();
    } catch (error) {
      log.error({ reason: messageOf(error) }, "the new certificates are refused; the old ones stay");
    }
  }

  return function reload() {
    again = true;
    if (running) return;
    running = true;
    void (async () => {
      while (again) {
        again = false;
        await once();
      }
      running = false;
    })();
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
