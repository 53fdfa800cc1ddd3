/** Whether a byte below 32 lies from `start` to `end`. Looks at four bytes at a time: taking 32 from each sets the high bit of low ones. */
export function hasControl(bytes: Uint8Array, start: number, end: number): boolean {
  const shift = bytes.byteOffset & 3;
  const firstWord = (start + shift + 3) >> 2;
  const lastWord = (end + shift) >> 2;
  if (lastWord - firstWord < 8) return hasControlByte(bytes, start, end);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset - shift, lastWord);
  let low = 0;
  let i = firstWord;
  for (; i + 4 <= lastWord; i += 4) {
    const a = words[i] as number; // i + 3 is within bounds
    const b = words[i + 1] as number;
    const c = words[i + 2] as number;
    const d = words[i + 3] as number;
    low |= ((a - 0x20202020) & ~a) | ((b - 0x20202020) & ~b) | ((c - 0x20202020) & ~c) | ((d - 0x20202020) & ~d);
  }
  if ((low & 0x80808080) !== 0) return true;
  return hasControlByte(bytes, start, firstWord * 4 - shift) || hasControlByte(bytes, i * 4 - shift, end);
}

function hasControlByte(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) < 32) return true; // i is within bounds
  return false;
}
