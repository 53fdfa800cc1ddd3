import { connect } from "node:http2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { http1Reply, http2Reply, type RawReply } from "../support/raw-reply.ts";
import { RecordingLog } from "../support/recording-log.ts";
import { within } from "../support/within.ts";

const boundMs = 30_000;
const log = new RecordingLog(({ request_id }) => request_id === "trick");
let gateway: AttackedGateway;
beforeAll(async () => {
  const server = { admin: "127.0.0.1:0", metrics: "127.0.0.1:0" };
  gateway = await AttackedGateway.start({ server, pipeline: { use: ["logging"] } }, log);
});
afterAll(() => gateway.close());

const chat = "/v1/chat/completions";
const rpc = "/sluice.chat.v1.ChatCompletionService/CreateChatCompletion";
const bases = [chat, rpc, "/healthz"];

/** Ways to write a path that some servers take for it, and others do not. */
const tricks: readonly (readonly [what: string, write: (path: string) => string])[] = [
  ["a slash at its end", (path) => `${path}/`],
  ["two slashes at its end", (path) => `${path}//`],
  ["two slashes at its beginning", (path) => `/${path}`],
  ["three slashes at its beginning", (path) => `//${path}`],
  ["a host at its beginning", (path) => `//localhost${path}`],
  ["a dot", (path) => `/.${path}`],
  ["a dot at its end", (path) => `${path}/.`],
  ["two dots", (path) => `/x/..${path}`],
  ["two dots above the root", (path) => `/..${path}`],
  ["two dots at its end", (path) => `${path}/x/..`],
  ["two dots, encoded", (path) => `/x/%2e%2e${path}`],
  ["two dots, encoded in large letters", (path) => `/x/%2E%2E${path}`],
  ["two dots, one encoded", (path) => `/x/.%2e${path}`],
  ["two dots, encoded twice", (path) => `/x/%252e%252e${path}`],
  ["two dots and a slash, encoded", (path) => `/x%2f..${path}`],
  ["two dots and a semicolon", (path) => `/x/..;${path}`],
  ["a semicolon", (path) => `${path};`],
  ["a parameter", (path) => `${path};a=b`],
  ["a parameter at its beginning", (path) => `/;a=b${path}`],
  ["NUL, encoded", (path) => `${path}%00`],
  ["NUL and an ending, encoded", (path) => `${path}%00.html`],
  ["a space, encoded", (path) => `${path}%20`],
  ["a tab, encoded", (path) => `${path}%09`],
  ["CR and LF, encoded", (path) => `${path}%0d%0a`],
  ["a slash at its end, encoded", (path) => `${path}%2f`],
  ["slashes that are encoded", (path) => `/${path.slice(1).replaceAll("/", "%2f")}`],
  ["all slashes encoded", (path) => path.replaceAll("/", "%2F")],
  ["slashes encoded twice", (path) => `/${path.slice(1).replaceAll("/", "%252f")}`],
  ["backslashes", (path) => `/${path.slice(1).replaceAll("/", "\\")}`],
  ["a backslash at its beginning", (path) => `/\\${path}`],
  ["a backslash at its end", (path) => `${path}\\`],
  ["a backslash at its end, encoded", (path) => `${path}%5c`],
  ["large letters", (path) => path.toUpperCase()],
  ["one large letter", (path) => path.replace(/[a-z](?=[a-z]*$)/, (letter) => letter.toUpperCase())],
  ["one letter more", (path) => `${path}s`],
  ["one letter less", (path) => path.slice(0, -1)],
  ["a letter that is encoded", (path) => `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`],
  ["a letter that is encoded twice", (path) => `${path.slice(0, -1)}%25${path.charCodeAt(path.length - 1).toString(16)}`],
  ["a letter as %u", (path) => `${path.slice(0, -1)}%u00${path.charCodeAt(path.length - 1).toString(16)}`],
  ["an escape that is cut", (path) => `${path}%`],
  ["an escape that is none", (path) => `${path}%zz`],
  ["a slash in too many bytes of UTF-8", (path) => `${path}%c0%af`],
  ["a wide slash", (path) => `/\u00ef\u00bc\u008f${path}`], // U+FF0F
  ["a byte that is no UTF-8", (path) => `${path}\u00ff`],
  ["a letter that looks like one", (path) => path.replace("e", "\u00d0\u00b5")], // U+0435
  ["a soft hyphen", (path) => `${path}\u00c2\u00ad`],
  ["a question mark, encoded", (path) => `${path}%3fx=y`],
  ["a fragment", (path) => `${path}#`],
  ["a fragment that says something", (path) => `${path}#/../x`],
  ["an ampersand", (path) => `${path}&x=y`],
  ["an ending", (path) => `${path}.json`],
  ["something after it", (path) => `${path}/x`],
  ["something before it", (path) => `/x${path}`],
  ["itself twice", (path) => `${path}${path}`],
  ["30 KiB more", (path) => `${path}/${"x".repeat(30 * 1024)}`],
  ["5,000 pairs of dots", (path) => `${"/x/..".repeat(5000)}${path}`],
  ["another scheme", (path) => `file://${path}`],
  ["a whole URL", (path) => `http://localhost${path}`],
  ["a whole URL of somebody else", (path) => `http://evil.example${path}`],
  ["no slash", (path) => path.slice(1)],
  ["an asterisk", () => "*"],
  ["a host and a port", () => "localhost:80"],
  ["a space", (path) => `${path} x`],
  ["a tab", (path) => `${path}\t`],
  ["a NUL", (path) => `${path}\0`],
  ["a CR", (path) => `${path}\rx`],
  ["an LF", (path) => `${path}\nx`],
  ["40 KiB more", (path) => `${path}/${"x".repeat(40 * 1024)}`],
];

/** How it is asked for: the content type, and the body. */
const kinds: readonly (readonly [type: string, body: string])[] = [
  ["", ""],
  ["application/json", '{"model":"demo/echo","messages":[{"role":"user","content":"hi"}]}'],
  ["application/proto", ""],
  ["application/grpc-web+proto", "\0\0\0\0\0"],
  ["application/grpc", "\0\0\0\0\0"],
];

function refused({ status, fields, body }: RawReply): boolean {
  if (status !== 200) return [0, 400, 404, 431, 501].includes(status);
  return fields.some(([name, value]) => name === "grpc-status" && value === "12") || body.includes("grpc-status: 12\r\n");
}

/** Asks over HTTP/1.1 whether a listener takes a path for one of its own. */
function overHttp1(path: string, [type, body]: (typeof kinds)[number], listener = 0): Promise<RawReply> {
  const about = type === "" ? "" : `content-type: ${type}\r\ncontent-length: ${body.length}\r\n`;
  const head = `${type === "" ? "GET" : "POST"} ${path} HTTP/1.1\r\nhost: localhost\r\nx-request-id: trick\r\nconnection: close\r\n`;
  return within(boundMs, path, http1Reply(gateway.connect(listener).write(`${head}${about}\r\n${body}`)));
}

/** Asks for every trick with every path, all ways at once; gives the replies by status. */
async function tryAll(
  paths: readonly string[],
  ways: (path: string) => readonly ((written: string) => Promise<RawReply> | undefined)[],
): Promise<string> {
  const seen = new Map<number, number>();
  const taken: string[] = [];
  for (const [what, write] of tricks) {
    for (const path of paths) {
      const written = write(path);
      if (written === path) continue;
      for (const reply of await within(boundMs, what, Promise.all(ways(path).map((ask) => ask(written))))) {
        if (reply === undefined) continue;
        if (!refused(reply)) taken.push(`${what}: ${written.slice(0, 100)}: ${JSON.stringify(reply)}`);
        seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      }
    }
  }
  expect(taken).toEqual([]);
  expect(log.lines).toEqual([]);
  const counts = [...seen].sort(([a], [b]) => a - b).map(([status, count]) => `${count} times ${status === 0 ? "cut" : status}`);
  return `${counts.join(", ")} (200 and 501: UNIMPLEMENTED), no call`;
}

it("tricks with paths over HTTP/1.1 find nothing, on any listener", async () => {
  const overAll = (path: string) =>
    path === "/metrics"
      ? [0, 1, 2].map((listener) => (written: string) => overHttp1(written, ["", ""], listener))
      : kinds.map((kind) => (written: string) => overHttp1(written, kind));
  await gateway.attack(`${tricks.length} tricks with paths over HTTP/1.1`, () => tryAll([...bases, "/metrics"], overAll));
});

it("tricks with paths over HTTP/2 find nothing", async () => {
  await gateway.attack(`${tricks.length} tricks with paths over HTTP/2`, async () => {
    const session = connect(gateway.url);
    const ways = kinds.map(([type, body]) => (written: string) => {
      if (written.includes("\0")) return undefined; // Node's client cannot send it
      const about = type === "" ? { ":method": "GET" } : { ":method": "POST", "content-type": type };
      return http2Reply(session, { ":path": written, ...about, "x-request-id": "trick" }, body);
    });
    const told = await tryAll(bases, () => ways);
    session.close();
    return told;
  });
});

it.each(["?", "??", "?/../x", "?%00", "?a=b#c", "?;", "?http://evil.example/", "?/metrics", `?${"x".repeat(300)}`])(
  "a query is no part of the path: %s",
  async (query) => {
    expect(await overHttp1(`/healthz${query}`, ["", ""])).toMatchObject({ status: 200, body: "ok\n" });
    expect(await overHttp1(`/healthy${query}`, ["", ""])).toMatchObject({ status: 404 });
    const session = connect(gateway.url);
    expect(await http2Reply(session, { ":path": `/healthz${query}` })).toMatchObject({ status: 200, body: "ok\n" });
    session.close();
  },
);

it.each([
  ["..", ".."],
  ["%2e%2e/%2e%2e/etc/passwd", "../../etc/passwd"],
  ["%2fetc%2fpasswd", "/etc/passwd"],
  ["%0d%0ax:%20y", "\\r\\nx: y"],
  ["%22%7d", '\\"}'],
  ["%00", "\\u0000"],
  ["%c0%af", "%c0%af"],
  ["%3cscript%3e", "<script>"],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
])("the id of a model is a name and nothing else: %s", async (segment, name) => {
  const reply = await overHttp1(`/v1/models/${segment}`, ["", ""]);
  expect(reply).toMatchObject({ status: 404, body: expect.stringContaining('"code":"model_not_found"') });
  expect(reply.body).toContain(name);
  expect(reply.fields).toContainEqual(["content-type", "application/json"]);
  expect(JSON.parse(reply.body)).toHaveProperty("error.message");
});
