import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { processEnvironment } from "../config/environment.ts";
import type { LoadedConfig, LoadOptions } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import { watchFiles } from "../config/watch-files.ts";
import { createGateway } from "../gateway.ts";
import { createLogger } from "../telemetry/logger.ts";
import { banner } from "./banner.ts";
import { exitCodes } from "./exit-codes.ts";
import { giveStartMemoryBack } from "./give-start-memory-back.ts";
import { createReload } from "./reload.ts";
import { tuneCollector } from "./tune-collector.ts";

/** `sluice serve`: runs the gateway until SIGTERM or SIGINT; a second signal ends it at once. SIGHUP, a changed file or certificate reloads it. */
export async function serve(args: readonly string[]): Promise<number> {
  tuneCollector();
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: "string" }, listen: { type: "string", multiple: true }, admin: { type: "string" } },
  });
  const options: LoadOptions = {
    env: processEnvironment(),
    file: values.config,
    flags: { listen: values.listen, admin: values.admin },
  };
  const resolved = await resolveConfig(options);
  const terminal = process.stdout.isTTY === true;
  const log = await createLogger({ level: resolved.config.log.level, pretty: terminal });
  // A middleware of the user's may leave a promise to itself: what becomes of it must not end the calls of everybody.
  process.on("unhandledRejection", (reason) => log.error({ err: reason }, "nobody waited for what failed"));
  const gateway = await createGateway(resolved, { log });
  await giveStartMemoryBack();
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
  log.info({ addresses, pages: gateway.pages }, "listening");

  const reload = createReload(gateway, () => resolveConfig(options), log);
  const stopWatching = watchFiles(filesOf(resolved), reload);
  process.on("SIGHUP", reload);

  const signal = await signalled();
  stopWatching();
  process.off("SIGHUP", reload);
  const impatient = signalled().then(() => process.exit(exitCodes.failure));
  const drainDelay = gateway.beginDrain();
  log.info({ signal, running: gateway.running }, "draining");
  if (signal === "SIGTERM") await Promise.race([setTimeout(drainDelay), impatient]); // nobody routes calls to a terminal
  await Promise.race([gateway.close(), impatient]);
  log.info({}, "closed");
  return exitCodes.good;
}

function adviseOnAddress(cause: Error): never {
  throw new Error(`${cause.message}; --listen and --admin choose other addresses`, { cause });
}

type EndSignal = "SIGTERM" | "SIGINT";

function signalled(): Promise<EndSignal> {
  return new Promise((resolve) => {
    const end = (signal: EndSignal) => {
      process.off("SIGTERM", end).off("SIGINT", end);
      resolve(signal);
    };
    process.on("SIGTERM", end).on("SIGINT", end);
  });
}

/** The files whose change is a reason to reload. */
function filesOf({ file, config }: LoadedConfig): readonly string[] {
  const certificates = config.server.listen.flatMap((at) =>
    "path" in at || at.tls === undefined ? [] : Object.values(at.tls).filter((path) => path !== undefined),
  );
  const upstreams = Object.values(config.providers).flatMap((provider) =>
    "tls" in provider && provider.tls !== undefined ? Object.values(provider.tls).filter((path) => path !== undefined) : [],
  );
  return [...(file === undefined ? [] : [file]), ...certificates, ...upstreams];
}
