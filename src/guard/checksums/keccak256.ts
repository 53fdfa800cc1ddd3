const mask = (1n << 64n) - 1n;
const rate = 136;

/** The Keccak-256 digest of fewer than 136 bytes, in hexadecimal: Keccak as it was before FIPS 202 changed its padding, which Ethereum keeps to. */
export function keccak256(bytes: Uint8Array): string {
  const block = new Uint8Array(rate);
  block.set(bytes);
  block[bytes.length] = 1;
  block[rate - 1] = (block[rate - 1] ?? 0) | 0x80;
  const view = new DataView(block.buffer);
  const state = Array.from({ length: 25 }, (_, lane) => (lane < rate / 8 ? view.getBigUint64(lane * 8, true) : 0n));
  permute(state);
  const digest = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) digest.setBigUint64(lane * 8, state[lane] ?? 0n, true);
  return Buffer.from(digest.buffer).toString("hex");
}

/** Keccak-f[1600] in place: the five steps of FIPS 202, section 3.2, 24 times. Lanes are at x + 5y. */
function permute(state: bigint[]): void {
  const lane = (i: number) => state[i] ?? 0n;
  let register = 1;
  for (let round = 0; round < 24; round++) {
    const columns = [0, 1, 2, 3, 4].map((x) => lane(x) ^ lane(x + 5) ^ lane(x + 10) ^ lane(x + 15) ^ lane(x + 20));
    for (let i = 0; i < 25; i++) state[i] = lane(i) ^ (columns[(i + 4) % 5] ?? 0n) ^ rotate(columns[(i + 1) % 5] ?? 0n, 1);
    let x = 1;
    let y = 0;
    let moved = lane(x);
    for (let step = 0; step < 24; step++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const target = x + 5 * y;
      const next = lane(target);
      state[target] = rotate(moved, (((step + 1) * (step + 2)) / 2) % 64);
      moved = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const [a, b, c, d, e] = state.slice(row, row + 5) as [bigint, bigint, bigint, bigint, bigint]; // a row of five lanes
      state.splice(
        row,
        5,
        a ^ (~b & mask & c),
        b ^ (~c & mask & d),
        c ^ (~d & mask & e),
        d ^ (~e & mask & a),
        e ^ (~a & mask & b),
      );
    }
    for (let power = 0; power < 7; power++) {
      if (register & 1) state[0] = lane(0) ^ (1n << BigInt(2 ** power - 1));
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
  }
}

function rotate(lane: bigint, by: number): bigint {
  return ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & mask;
}
