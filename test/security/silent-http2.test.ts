import { afterAll, beforeAll, it } from "vitest";
import { AttackedGateway } from "../support/attacked-gateway.ts";
import { FakeUpstream } from "../support/fake-upstream.ts";
import {
  fieldBlock,
  flags,
  frame,
  framesOf,
  opening,
  requestFields,
  requestHead,
  types,
  windowUpdate,
} from "../support/http2-frames.ts";
import type { RawConnection } from "../support/raw-connection.ts";
import { sse } from "../support/recorded-replies.ts";
import { within } from "../support/within.ts";

const mebi = 1024 * 1024;
const clients = 5;
const streams = 4;
const boundMs = 60_000;
let upstream: FakeUpstream;
let gateway: AttackedGateway;
beforeAll(async () => {
  upstream = await FakeUpstream.start();
  const word = sse({ id: "x", choices: [{ index: 0, delta: { content: "x".repeat(16_000) }, finish_reason: null }] });
  upstream.always({ steps: Array(256).fill(word) }); // 4 MiB, which nobody takes
  gateway = await AttackedGateway.start({
    server: {
      timeouts: { headers: "2s", body: "2s", idle: "1s", silent: "2s", write: "500ms" },
      keepAlive: "1s",
    },
    providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const ids = Array.from({ length: streams }, (_, at) => 2 * at + 1);
const chat = "/v1/chat/completions";
const rpc = "/sluice.chat.v1.ChatCompletionService/StreamChatCompletion";
const json = (id: number) => requestHead(id, chat, [["content-type", "application/json"]]);
const data = (id: number, text: string, flag: number = flags.endStream) => frame(types.data, flag, id, Buffer.from(text));
const question = '{"model":"up/m","stream":true,"messages":[{"role":"user","content":"hi"}]}';
const asks = Buffer.concat(ids.map((id) => Buffer.concat([json(id), data(id, question)])));
const health = (id: number) =>
  frame(types.headers, flags.endHeaders | flags.endStream, id, fieldBlock(requestFields("/healthz")));
const [tableSize, push, mostStreams, window, frameSize, listSize] = [1, 2, 3, 4, 5, 6];
const noWindow = opening({ [window]: 0 });

/** What a client does, and whether it is one that answers PINGs. */
interface Kind {
  readonly what: string;
  readonly first: Buffer;
  /** Sent again and again. */
  readonly drop?: Buffer;
  readonly answersPings?: boolean;
  readonly reads?: boolean;
  /** How many of its calls reach the upstream. */
  readonly calls?: number;
}

/** They keep to themselves. */
const silent: readonly Kind[] = [
  { what: "send a preface without SETTINGS", first: opening().subarray(0, 24) },
  { what: "send SETTINGS and never a request", first: opening(), answersPings: true },
  { what: "ask once and then never again", first: Buffer.concat([opening(), health(1)]), answersPings: true },
  { what: "answer PINGs that nobody sent", first: opening(), drop: frame(types.ping, flags.none, 0, Buffer.alloc(8)) },
  {
    what: "begin a head and say no more",
    first: Buffer.concat([opening(), frame(types.headers, flags.none, 1, fieldBlock(requestFields(chat).slice(0, 2)))]),
  },
  { what: "begin bodies and say no more", first: Buffer.concat([opening(), ...ids.map(json)]), answersPings: true },
  {
    what: "begin bodies of gRPC and say no more",
    first: Buffer.concat([
      opening(),
      ...ids.map((id) =>
        Buffer.concat([requestHead(id, rpc, [["content-type", "application/grpc"]]), data(id, "\0", flags.none)]),
      ),
    ]),
    answersPings: true,
  },
];

/** They ask, and do not let the gateway answer. */
const deaf: readonly Kind[] = [
  { what: "give streams no window", first: Buffer.concat([noWindow, asks]), answersPings: true, calls: streams },
  { what: "give streams no window, and answer no PING", first: Buffer.concat([noWindow, asks]), calls: streams },
  { what: "give the connection no more window", first: Buffer.concat([opening(), asks]), answersPings: true, calls: streams },
  {
    what: "give a byte of window at a time (CVE-2019-9511)",
    first: Buffer.concat([noWindow, asks]),
    drop: Buffer.concat(ids.map((id) => windowUpdate(id, 1))),
    answersPings: true,
    calls: streams,
  },
  {
    what: "give all window and read nothing (CVE-2019-9517)",
    first: Buffer.concat([opening({ [window]: 2 ** 31 - 1 }), windowUpdate(0, 2 ** 31 - 1 - 65_535), asks]),
    reads: false,
    calls: streams,
  },
  {
    what: "take the window away when streams run",
    first: Buffer.concat([opening(), asks, frame(types.settings, flags.none, 0, Buffer.from([0, window, 0, 0, 0, 0]))]),
    answersPings: true,
    calls: streams,
  },
  {
    what: "forbid everything by settings",
    first: Buffer.concat([
      opening({ [tableSize]: 0, [push]: 0, [mostStreams]: 0, [window]: 0, [frameSize]: 16_384, [listSize]: 0 }),
      asks,
    ]),
    answersPings: true,
    calls: streams,
  },
];

/** Answers each PING of the gateway, as a client that is there would. */
function answerPings(connection: RawConnection): void {
  let answered = 0;
  connection.socket.on("data", () => {
    const pings = framesOf(connection.received).filter(({ type, flags: bits }) => type === types.ping && bits === flags.none);
    for (const { payload } of pings.slice(answered)) connection.write(frame(types.ping, flags.ack, 0, payload));
    answered = pings.length;
  });
}

/** Has some clients of each kind do what they do; all must be ended, and their calls with them. */
async function attack(name: string, kinds: readonly Kind[]): Promise<void> {
  const expected = clients * kinds.reduce((sum, { calls = 0 }) => sum + calls, 0);
  await gateway.attack(
    name,
    async () => {
      const started = performance.now();
      const all = kinds.flatMap((kind) => Array.from({ length: clients }, () => ({ ...kind, connection: gateway.connect() })));
      for (const { connection, first, answersPings, reads } of all) {
        if (reads === false) connection.socket.pause();
        if (answersPings === true) answerPings(connection);
        connection.write(first);
      }
      const dropping = setInterval(() => {
        for (const { connection, drop } of all) if (drop !== undefined && connection.socket.writable) connection.write(drop);
      }, 50);
      const took = new Map<string, number>();
      try {
        const ends = all.map(async ({ what, connection }) => {
          await within(boundMs, `the end of those that ${what}`, connection.ended);
          took.set(what, performance.now() - started);
        });
        const calls = Array.from({ length: expected }, async () => (await upstream.request()).closed);
        await within(boundMs, "the end of all calls", Promise.all(calls));
        for (const { connection } of all) connection.socket.resume();
        await Promise.all(ends);
      } finally {
        clearInterval(dropping);
        upstream.requests.length = 0;
      }
      const told = [...took].map(([what, ms]) => `\n  ${what}: ${(ms / 1000).toFixed(1)} s`).join("");
      return `${clients} of each kind ended, ${expected} calls cut${told}\n `;
    },
    { left: 8 * mebi, buffers: 128 * mebi },
  );
}

it("clients that are silent are ended", () => attack("silent clients of HTTP/2", silent));

it("clients that take nothing are ended, and their calls with them", () => attack("deaf clients of HTTP/2", deaf));
