// Resets streams at speed, in a process of its own: `reset-attacker.ts <port> <attacks>`, 0 attacks for as many as there is time for.
// Each attack is a connection on which 10,000 streams are opened and reset, until it is closed. Tells its parent of each.

import { goawayCode, opening } from "../support/http2-frames.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { clientResets, floodOf } from "../support/reset-flood.ts";

/** What became of an attack. */
export interface AttackReport {
  /** The port it came from. */
  readonly from: number;
  /** Streams that were sent before the connection was closed. */
  readonly sent: number;
  /** The code of the GOAWAY, if that arrived. */
  readonly goaway: number | undefined;
}

const streams = 10_000;
const perWrite = 100;
const [port = 0, attacks = 0] = process.argv.slice(2).map(Number);

for (let done = 0; attacks === 0 || done < attacks; done++) {
  const kind = clientResets[done % clientResets.length];
  if (kind === undefined) break;
  const connection = new RawConnection(port);
  await connection.sent(opening());
  const from = connection.socket.localPort ?? 0;
  let sent = 0;
  for (const bytes of floodOf(kind, streams, perWrite)) {
    if (!connection.socket.writable) break;
    await connection.sent(bytes);
    sent += perWrite;
  }
  await connection.ended;
  connection.leave();
  const report: AttackReport = { from, sent, goaway: goawayCode(connection.received) };
  process.send?.(report);
}
process.disconnect?.();
