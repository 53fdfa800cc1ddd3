import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { reachableAddress } from "../config/address.ts";
import { ConfigError } from "../config/config-error.ts";
import { processEnvironment } from "../config/environment.ts";
import type { Config } from "../config/schema.ts";
import { exitCodes } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** How long everything may take: a probe must tell before whoever runs it gives up. */
const timeoutMs = 2000;

/** Where readiness is asked for. */
interface Target {
  readonly url: URL;
  readonly options: RequestOptions;
}

/**
 * `sluice health`: asks a running gateway whether it is ready, and ends with 0 or 1: for exec probes and HEALTHCHECK. Without an
 * address it asks where the configuration that `serve` would take has the health pages.
 */
export async function health(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { url: { type: "string" }, socket: { type: "string" }, config: { type: "string" } },
  });
  const target = given(values) ?? (await configured(values.config));
  try {
    const { status, body } = await ask(target);
    (status === 200 ? process.stdout : process.stderr).write(body);
    return status === 200 ? exitCodes.good : exitCodes.unhealthy;
  } catch (error) {
    process.stderr.write(
      `${target.options.socketPath ?? target.url}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return exitCodes.unhealthy;
  }
}

function given({ url, socket }: { readonly url?: string | undefined; readonly socket?: string | undefined }): Target | undefined {
  if (url !== undefined && socket !== undefined) throw new UsageError("either --url or --socket");
  if (socket !== undefined) return atSocket(socket);
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(`--url: ${url} is no http URL`);
  const at = new URL(url);
  if (at.pathname === "/") at.pathname = "/readyz";
  return { url: at, options: {} };
}

function atSocket(path: string): Target {
  return { url: new URL("http://localhost/readyz"), options: { socketPath: path } };
}

/**
 * The listener that asks the least of a client: the admin one, the metrics one, the first main one without mTLS. A configuration that
 * is wrong is no reason to call a gateway unhealthy that runs with the one before: the default address is asked then.
 */
async function configured(file: string | undefined): Promise<Target> {
  const { admin, metrics, listen } = await serverOf(file);
  const at = admin ?? metrics ?? listen.find((one) => !("host" in one) || one.tls?.clientCa === undefined);
  if (at === undefined) throw new UsageError("every listener asks for a certificate: turn server.admin or server.metrics on");
  if (!("host" in at)) return atSocket(at.path);
  if (at.port === 0) throw new UsageError("the port is any free one: say --url");
  const tls = "tls" in at && at.tls !== undefined;
  return { url: new URL(`http${tls ? "s" : ""}://${reachableAddress(at)}/readyz`), options: { rejectUnauthorized: false } };
}

async function serverOf(file: string | undefined): Promise<Pick<Config["server"], "admin" | "metrics" | "listen">> {
  const { loadConfig } = await import("../config/load.ts"); // not needed, and slow to load, where the address is given
  try {
    return (await loadConfig({ env: processEnvironment(), file })).config.server;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { admin: { host: "127.0.0.1", port: 8081 }, metrics: undefined, listen: [] };
  }
}

async function ask({ url, options }: Target): Promise<{ readonly status: number; readonly body: string }> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, { ...options, agent: false, signal }, resolve)
        .once("error", reject)
        .end();
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (error) {
    throw signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error;
  }
}
