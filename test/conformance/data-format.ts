import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type { DataFormat, FormatFacts, FormatFile } from '../../app/kernel/ports/data-format.ts';
import { createFormats, type Formats } from '../../native/formats/index.ts';
import { createTables } from '../../native/tables/tables.ts';

export interface FormatSubject {
  /** The driver's name. */
  readonly name: string;
  /** What the files are, in words, where a format has several subjects. */
  readonly of?: string;
  /** Files of the format by their names in the version, and where they lie. */
  files(): readonly FormatFile[];
  readonly expected: FormatFacts;
  /** The first rows of the table. */
  readonly rows: readonly (readonly Cell[])[];
  /** Which of the files are cut and flipped; all where it is not said. */
  readonly damage?: (name: string) => boolean;
}

/** Every file below a folder, in the order of a manifest. */
export function filesIn(folder: string, keep: (name: string) => boolean = () => true): FormatFile[] {
  const names = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter(keep);
  return names.sort().map((name) => {
    const at = path.join(folder, name);
    return { path: at, name, sizeBytes: fs.statSync(at).size };
  });
}

const TRIES = 40;
/** What a file that is not as it should be may end in: never a bug, never a hang, never a crash. */
const allowed = new Set(['DATA_MALFORMED', 'TOO_LARGE']);

/** What every format keeps to, asked through the thread that reads them in the application. */
export function dataFormatConformance(subject: FormatSubject): void {
  describe(`the format ${subject.name}${subject.of ? ` (${subject.of})` : ''}`, { timeout: 300_000 }, () => {
    let folder: string;
    let formats: Formats;
    const tables = createTables();
    const driver = (): DataFormat => formats.formats.find(({ name }) => name === subject.name)!;
    const target = () => path.join(folder, 'out', 'table.parquet');
    const left = () => fs.readdirSync(path.dirname(target()));

    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-format-'));
      fs.mkdirSync(path.dirname(target()));
      formats = createFormats({ tables });
    });
    afterAll(async () => {
      await formats.close();
      await tables.close();
      fs.rmSync(folder, { recursive: true });
    });

    it('is the first to recognise its own files, and takes no others', async () => {
      const recognised: string[] = [];
      const files = subject.files();
      for (const format of formats.formats) if (await format.recognise(files)) recognised.push(format.name);
      expect(recognised).toEqual([subject.name]);
      const strange = path.join(folder, 'strange.bin');
      fs.writeFileSync(strange, 'nothing that anybody knows');
      expect(await driver().recognise([{ path: strange, name: 'strange.bin', sizeBytes: 26 }])).toBe(false);
      expect(await driver().recognise([])).toBe(false);
    });

    it('makes one table of them, twice the same', async () => {
      const seen: number[] = [];
      const facts = await driver().tabulate(subject.files(), target(), {
        onProgress: ({ fraction }) => seen.push(fraction ?? 0),
      });
      expect(facts).toEqual(subject.expected);
      const rows = await tables.page(target(), 0, subject.rows.length);
      expect(rows).toEqual(subject.rows);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(1);
      const first = fs.readFileSync(target());
      fs.rmSync(target());
      await driver().tabulate(subject.files(), target(), {});
      expect(fs.readFileSync(target()).equals(first)).toBe(true);
      fs.rmSync(target());
      expect(left()).toEqual([]);
    });

    it('stops when it is cancelled, and leaves nothing', async () => {
      const abort = new AbortController();
      abort.abort();
      await expect(driver().tabulate(subject.files(), target(), { signal: abort.signal })).rejects.toThrow(
        expect.objectContaining({ name: 'AbortError' }),
      );
      expect(left()).toEqual([]);
    });

    it('reads files that are cut off or have flipped bits, or names what is wrong', async () => {
      const files = subject.files();
      const guilty = files.filter(({ name }) => subject.damage?.(name) ?? true);
      const random = sequence(subject.name.length * 7919 + files.length);
      const faults: string[] = [];
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const victim = guilty[attempt % guilty.length]!;
        const bytes = fs.readFileSync(victim.path);
        const damaged =
          attempt % 2 === 0 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : flipped(bytes, random);
        const place = path.join(folder, 'damaged');
        fs.writeFileSync(place, damaged);
        const broken = files.map((file) =>
          file === victim ? { ...file, path: place, sizeBytes: damaged.length } : file,
        );
        const fault = await driver()
          .tabulate(broken, target(), {})
          .then(
            () => null,
            (error: unknown) => error,
          );
        fs.rmSync(target(), { force: true });
        expect(left(), `attempt ${attempt}`).toEqual([]);
        if (fault === null) continue;
        expect(fault, `attempt ${attempt}`).toBeInstanceOf(AppError);
        const { code, details, message } = fault as AppError;
        expect(allowed, `attempt ${attempt}: ${message}`).toContain(code);
        if (code === 'DATA_MALFORMED') faults.push(String(details.path));
      }
      // Most cuts leave a file that cannot be read; the fault names a file of the version, or a part of one.
      expect(faults.length).toBeGreaterThan(0);
      for (const named of faults) {
        expect(
          files.some(({ name }) => named === name || named.startsWith(`${name}/`)),
          named,
        ).toBe(true);
      }
    });
  });
}

function flipped(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
    // Heads of files steer their reading: they are hit more often than the rest.
    const reach = random() < 0.5 ? Math.min(copy.length, 256) : copy.length;
    const at = Math.floor(random() * reach);
    copy[at] = copy[at]! ^ (1 << Math.floor(random() * 8));
  }
  return copy;
}

/** A generator of numbers in [0, 1) that gives the same ones each time (a linear congruence, as in Numerical Recipes). */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
