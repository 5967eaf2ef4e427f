import fs from 'node:fs';
import path from 'node:path';

/** A folder of made-up data, the same for the same size and seed. */
export interface MadeTree {
  readonly files: number;
  readonly bytes: number;
}

const MIB = 1 << 20;

/**
 * What a project's data folder looks like, a quarter each: tables as CSV, arrays of float32, pictures (which do not compress) of 20 to
 * 400 KiB, and JSON lines.
 */
export function makeMixedTree(folder: string, bytes: number): MadeTree {
  const random = randomBytes(1);
  const quarter = Math.floor(bytes / 4);
  const tree = new Maker(folder);
  const parts = Math.max(1, Math.round(quarter / (64 * MIB)));
  const partBytes = Math.floor(quarter / parts);
  for (let part = 0; part < parts; part += 1) {
    tree.write(`tables/part-${part}.csv`, csvRows(random, partBytes));
    tree.write(`arrays/part-${part}.f32`, floats(random, partBytes));
    tree.write(`logs/part-${part}.jsonl`, jsonLines(random, partBytes));
  }
  for (let left = quarter, index = 0; left > 0; index += 1) {
    const size = Math.min(left, 20 * 1024 + (random.next() % (380 * 1024)));
    tree.write(`pictures/${index % 100}/${index}.jpg`, [random.bytes(size)]);
    left -= size;
  }
  return tree.made;
}

/** Files of 1 to 20 KiB in folders of a thousand: half of them JSON, half of them bytes that do not compress. */
export function makeSmallFiles(folder: string, count: number): MadeTree {
  const random = randomBytes(2);
  const tree = new Maker(folder);
  for (let index = 0; index < count; index += 1) {
    const size = 1024 + (random.next() % (19 * 1024));
    const content = index % 2 === 0 ? jsonLines(random, size) : [random.bytes(size)];
    tree.write(`${Math.floor(index / 1000)}/${index}.${index % 2 === 0 ? 'json' : 'bin'}`, content);
  }
  return tree.made;
}

/**
 * Change one per cent: of files of a MiB and more a stretch in the middle, of the others every hundredth as a whole. Files are replaced,
 * not written over, since some tools leave links or read-only files in the tree.
 */
export function changeOnePerCent(folder: string, seed: number): void {
  const random = randomBytes(seed);
  const names = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !`${entry.parentPath}/`.includes('/.'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  let small = 0;
  for (const name of names) {
    const { size } = fs.statSync(name);
    const whole = size < MIB;
    if (whole && small++ % 100 !== 0) continue;
    const content = fs.readFileSync(name);
    const length = whole ? size : Math.floor(size / 100);
    random.bytes(length).copy(content, Math.floor((size - length) / 2));
    fs.rmSync(name);
    fs.writeFileSync(name, content);
  }
}

class Maker {
  readonly #folder: string;
  #files = 0;
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(name: string, content: Iterable<Uint8Array>): void {
    const file = path.join(this.#folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const opened = fs.openSync(file, 'w');
    try {
      for (const part of content) this.#bytes += fs.writeSync(opened, part);
    } finally {
      fs.closeSync(opened);
    }
    this.#files += 1;
  }

  get made(): MadeTree {
    return { files: this.#files, bytes: this.#bytes };
  }
}

export type RandomBytes = ReturnType<typeof randomBytes>;

/** Xorshift (Marsaglia 2003): the bytes are the same on every machine, and fast enough for gigabytes. */
export function randomBytes(seed: number) {
  let state = (seed * 0x9e3779b9) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    next,
    bytes(length: number): Buffer {
      const words = new Uint32Array(Math.ceil(length / 4));
      for (let index = 0; index < words.length; index += 1) words[index] = next();
      return Buffer.from(words.buffer, 0, length);
    },
  };
}

/** One line of a table: a number, a category, three measurements and a word. */
export function csvRow(random: RandomBytes, id: number): string {
  const measured = () => (random.next() / 4e6).toFixed(3);
  return `${id},class-${random.next() % 12},${measured()},${measured()},${measured()},${random.next().toString(36)}\n`;
}

export const CSV_HEAD = 'id,kind,width,height,weight,note\n';

function* csvRows(random: RandomBytes, bytes: number): Generator<Buffer> {
  yield Buffer.from(CSV_HEAD);
  yield* lines(bytes, (index) => csvRow(random, index));
}

function* jsonLines(random: RandomBytes, bytes: number): Generator<Buffer> {
  yield* lines(
    bytes,
    (index) =>
      `${JSON.stringify({ step: index, level: index % 7 ? 'info' : 'warning', loss: random.next() / 2 ** 32, host: `node-${random.next() % 40}`, message: `finished batch ${index}` })}\n`,
  );
}

function* lines(bytes: number, line: (index: number) => string): Generator<Buffer> {
  let text = '';
  let written = 0;
  for (let index = 0; written < bytes; index += 1) {
    text += line(index);
    if (text.length < MIB && written + text.length < bytes) continue;
    const part = Buffer.from(text).subarray(0, bytes - written);
    written += part.length;
    text = '';
    yield part;
  }
}

/** Weights as training leaves them: float32, the sum of four uniform numbers. */
function* floats(random: RandomBytes, bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; ) {
    const values = new Float32Array(Math.min(left, MIB) >> 2);
    for (let index = 0; index < values.length; index += 1) {
      values[index] = (random.next() + random.next() + random.next() + random.next()) / 2 ** 33 - 1;
    }
    yield Buffer.from(values.buffer);
    left -= Math.max(values.byteLength, 4);
  }
}
