import { randomBytes } from 'node:crypto';

let lastMs = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7) as 32 hex digits. Ids made by one process sort in the order they were made, also within
 * one millisecond and when the clock steps back: the 12 bits after the time count up (method 1 of §6.2).
 */
export function newId<Id extends string>(nowMs: number = Date.now()): Id {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = randomBytes(2).readUInt16BE() & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  const tail = randomBytes(8);
  tail[0] = (tail[0]! & 0x3f) | 0x80;
  const time = lastMs.toString(16).padStart(12, '0');
  return (time + (0x7000 | counter).toString(16) + tail.toString('hex')) as Id;
}
