/** The fewest digits that may be too many for a whole number of 64 bits. */
const MANY = 19;
const [ZERO, NINE] = [0x30, 0x39];

/** Whether a text that comes in pieces has so many digits in a row anywhere. Of most texts it looks at one byte in nineteen. */
export class LongDigits {
  found = false;
  /** Digits at the end of what was fed. */
  #open = 0;

  feed(bytes: Uint8Array): void {
    if (this.found) return;
    // Digits may stand in a row from here on; the ones of the piece before have places below 0.
    let from = -this.#open;
    for (let last = from + MANY - 1; last < bytes.length; last = from + MANY - 1) {
      const before = lastOther(bytes, last, from);
      if (before < from) {
        this.found = true;
        return;
      }
      from = before + 1;
    }
    this.#open = bytes.length - 1 - lastOther(bytes, bytes.length - 1, from);
  }
}

/** Where the last byte that is no digit stands in [from, last]; before `from` without any. */
function lastOther(bytes: Uint8Array, last: number, from: number): number {
  let at = last;
  while (at >= 0 && at >= from && bytes[at]! >= ZERO && bytes[at]! <= NINE) at -= 1;
  return at < 0 ? from - 1 : at;
}
