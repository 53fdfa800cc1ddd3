import { chown, readFile, stat, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";

/** A Unix socket to listen on. */
export interface UnixAddress {
  readonly path: string;
  /** Permission bits, e.g. 0o660. */
  readonly mode: number;
  /** A group by its name or number; undefined: the process's own. */
  readonly group?: string | undefined;
}

/**
 * Binds a server to a Unix socket with its permissions from the start. A socket file that is already there is removed only if nobody
 * answers on it.
 * @throws Error when somebody does, or the path or the group cannot be used.
 */
export async function bindUnix(server: Server, { path, mode, group }: UnixAddress): Promise<void> {
  const gid = group === undefined ? undefined : await groupId(group);
  try {
    await bind(server, path, mode);
  } catch (error) {
    if (!isAddressInUse(error) || !(await isSocket(path)) || (await answers(path))) throw error;
    await unlink(path);
    await bind(server, path, mode);
  }
  if (gid !== undefined) await chown(path, -1, gid);
}

/** The file is made while the mask is set, so that there is no moment at which it is wider open. */
function bind(server: Server, path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = process.umask(0o777 & ~mode);
    try {
      server.once("error", reject);
      server.listen({ path }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

async function isSocket(path: string): Promise<boolean> {
  return (await stat(path)).isSocket();
}

/** Whether anything accepts connections there. Only a refusal says no: any other failure may be somebody who is busy. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: Error & { readonly code?: string }) => resolve(error.code !== "ECONNREFUSED"));
  });
}

/** The number of a group (group(5)): Node has no call for it. */
async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile("/etc/group", "utf8")).split("\n").map((line) => line.split(":"));
  const gid = Number(lines.find(([name]) => name === group)?.[2] ?? "none");
  if (Number.isNaN(gid)) throw new Error(`there is no group ${group}`);
  return gid;
}
