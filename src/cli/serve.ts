import { parseArgs } from "node:util";
import { processEnvironment } from "../config/environment.ts";
import { resolveConfig } from "../config/resolve.ts";
import { createGateway } from "../gateway.ts";
import { createLogger } from "../telemetry/logger.ts";
import { banner } from "./banner.ts";
import { exitCodes } from "./exit-codes.ts";
import { giveStartMemoryBack, tuneCollector } from "./tune-collector.ts";

/** `sluice serve`: runs the gateway until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(args: readonly string[]): Promise<number> {
  tuneCollector();
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: "string" }, listen: { type: "string", multiple: true }, admin: { type: "string" } },
  });
  const resolved = await resolveConfig({
    env: processEnvironment(),
    file: values.config,
    flags: { listen: values.listen, admin: values.admin },
  });
  const terminal = process.stdout.isTTY === true;
  const log = await createLogger({ level: resolved.config.log.level, pretty: terminal });
  // A middleware of the user's may leave a promise to itself: what becomes of it must not end the calls of everybody.
  process.on("unhandledRejection", (reason) => log.error({ err: reason }, "nobody waited for what failed"));
  const gateway = await createGateway(resolved, { log });
  const addresses = (await gateway.listen().catch(adviseOnAddress)).map(({ address }) => address);
  (terminal ? process.stdout : process.stderr).write(
    banner({
      addresses,
      admin: resolved.config.server.admin,
      file: resolved.file,
      providers: gateway.providers(),
      models: gateway.models(),
      direct: resolved.config.routing.direct,
      notes: resolved.notes,
    }),
  );
  log.info({ addresses }, "listening");
  giveStartMemoryBack();

  await signalled();
  log.info({}, "closing");
  const impatient = signalled().then(() => process.exit(exitCodes.failure));
  await Promise.race([gateway.close(), impatient]);
  log.info({}, "closed");
  log.flush();
  return exitCodes.good;
}

function adviseOnAddress(cause: Error): never {
  throw new Error(`${cause.message}; --listen and --admin choose other addresses`, { cause });
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
}
