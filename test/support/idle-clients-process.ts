import { flags, frame, goawayCode, opening, request, types } from "./http2-frames.ts";
import { RawConnection } from "./raw-connection.ts";

/** What a process of idle clients is asked: to open so many connections to a port, or to leave. */
export type Order = { readonly port: number; readonly count: number } | "leave";

/** How connections were received, by their versions. */
export interface Reception {
  /** They were answered a request, and are idle now. */
  readonly kept: Readonly<Record<Version, number>>;
  /** They were told in words that there are too many, and closed. */
  readonly refused: Readonly<Record<Version, number>>;
  /** What any of the others were told. */
  readonly others: readonly string[];
}

type Version = "1.1" | "2";

/** So many are opened at one time: fewer than the gateway has patience for. */
const atOnce = 100;
const connections: RawConnection[] = [];

async function open(port: number, version: Version): Promise<"kept" | "refused"> {
  const connection = new RawConnection(port);
  connections.push(connection);
  if (version === "1.1") connection.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
  else connection.write(Buffer.concat([opening(), frame(types.settings, flags.ack, 0), request(1, "/healthz")]));
  const answered = connection.until((received) => received.includes("ok\n")).then(() => "kept" as const);
  return Promise.race([answered, connection.ended.then(() => refusal(connection, version))]);
}

function refusal(connection: RawConnection, version: Version): "refused" {
  const { text, received } = connection;
  const isTold = version === "1.1" ? /^HTTP\/1\.1 503 .*too many connections/s.test(text) : goawayCode(received) === 0;
  if (!isTold || connection.failed) throw new Error(`HTTP/${version}: ${JSON.stringify(text)} ${connection.failed}`);
  connection.leave();
  return "refused";
}

async function openAll(port: number, count: number): Promise<Reception> {
  const reception = { kept: { "1.1": 0, "2": 0 }, refused: { "1.1": 0, "2": 0 }, others: [] as string[] };
  for (let at = 0; at < count; at += atOnce) {
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - at) }, async (_, index) => {
        const version = index % 2 === 0 ? "1.1" : "2";
        try {
          reception[await open(port, version)][version] += 1;
        } catch (error) {
          reception.others.push(String(error));
        }
      }),
    );
  }
  return reception;
}

process.on("message", async (order: Order) => {
  if (order === "leave") {
    for (const connection of connections.splice(0)) connection.leave();
    process.send?.("left");
  } else process.send?.(await openAll(order.port, order.count));
});
process.once("disconnect", () => process.exit());
