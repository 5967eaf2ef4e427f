/** Bytes of one chunk, sorted by the stream they belong to, in the order they came. */
export interface Sorted {
  readonly stdout: readonly Uint8Array[];
  readonly stderr: readonly Uint8Array[];
}

/**
 * Takes apart the engine's log stream: frames of a header (stream 1 or 2, three zeros, length as big-endian uint32) and so many
 * bytes, cut anywhere by the network. Nothing is kept but an unfinished header, so that a frame may be of any size.
 */
export class Demultiplexer {
  readonly #header = Buffer.alloc(8);
  #headerBytes = 0;
  #payloadLeft = 0;

  push(chunk: Uint8Array): Sorted {
    const sorted = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft === 0) {
        const taken = Math.min(8 - this.#headerBytes, chunk.length - at);
        this.#header.set(chunk.subarray(at, at + taken), this.#headerBytes);
        this.#headerBytes += taken;
        at += taken;
        if (this.#headerBytes < 8) break;
        this.#headerBytes = 0;
        this.#payloadLeft = this.#header.readUInt32BE(4);
        continue;
      }
      const taken = Math.min(this.#payloadLeft, chunk.length - at);
      (this.#header[0] === 2 ? sorted.stderr : sorted.stdout).push(chunk.subarray(at, at + taken));
      this.#payloadLeft -= taken;
      at += taken;
    }
    return sorted;
  }
}
