import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from '../files/damaged.ts';
import { isAppError } from '../files/fault.ts';
import { FileBytes } from '../files/file-bytes.ts';
import { meantFiles } from '../files/names.ts';
import { type TarBytes, type TarMember, tarMembers } from '../files/tar-members.ts';
import { UnpackedBytes } from '../files/unpacked-bytes.ts';
import { type ReportingSink, type TableColumn, type TableValue, writeTable } from '../table/write-table.ts';

/** Members that are read into a cell; of others the table tells place and size. */
const TEXTS = new Set(['cls', 'cls2', 'id', 'index', 'txt', 'text', 'caption', 'transcript', 'json']);
/** Members of these kinds are whole numbers. */
const NUMBERS = new Set(['cls', 'cls2', 'index']);
const MOST_CELL_BYTES = 64 * 1024;
const MOST_KINDS = 500;
/** The first member of a compressed shard, which is read to see what the next one is called. */
const MOST_FIRST_BYTES = 16 * 1024 * 1024;
const SHARD = /\.(tar|tar\.gz|tgz|tar\.zst)$/i;

/** What a sample's members are, over all shards. */
interface Kinds {
  /** By the part of the name after the first point, in the order they were met; whether each of its texts is a whole number. */
  readonly kinds: Map<string, { allWhole: boolean }>;
}

/**
 * WebDataset: tar archives whose members with one name, up to the first point of its last part, are one sample. A row is a sample;
 * `.cls`, `.txt`, `.json` and the like become a cell, other members (pictures, sounds) their place in the shard: `jpg_offset` and
 * `jpg_bytes`, which in a compressed shard count its unpacked bytes.
 */
export const webDatasetFormat: DataFormat = {
  name: 'webdataset',
  async recognise(all) {
    const files = meantFiles(all);
    if (files.length === 0 || !files.every(({ name }) => SHARD.test(name))) return false;
    const packed = files.find(({ name }) => packingOf(name) !== null);
    return packed === undefined || beginsWithSample(packed);
  },
  async tabulate(all, destinationPath, options) {
    const files = meantFiles(all);
    const { kinds } = await survey(files, options.signal);
    const columns: TableColumn[] = [
      { name: 'shard', type: 'text' },
      { name: 'key', type: 'text' },
      ...[...kinds].flatMap(([kind, { allWhole }]) => columnsFor(kind, allWhole)),
    ];
    const table = await writeTable(files[0]!.name, destinationPath, columns, options, (sink) =>
      writeSamples(files, kinds, sink, options.signal),
    );
    return { ...table, fileColumn: null, labelColumn: kinds.has('cls') ? 'cls' : null };
  },
};

const columnsFor = (kind: string, allWhole: boolean): TableColumn[] =>
  TEXTS.has(kind)
    ? [{ name: kind, type: allWhole ? 'int64' : 'text' }]
    : [
        { name: `${kind}_offset`, type: 'int64' },
        { name: `${kind}_bytes`, type: 'int64' },
      ];

/** Name and kind of a member: `a/0001.seg.png` is `seg.png` of `a/0001`. Null for what is hidden or has no kind. */
export function sampleOf(name: string): { key: string; kind: string } | null {
  const slash = name.lastIndexOf('/');
  const base = name.slice(slash + 1);
  const point = base.indexOf('.');
  if (point <= 0 || point === base.length - 1) return null;
  return { key: name.slice(0, slash + 1 + point), kind: base.slice(point + 1).toLowerCase() };
}

/** Programs come as compressed archives too: those of samples have the first one's members side by side. */
async function beginsWithSample(file: FormatFile): Promise<boolean> {
  let isSample = false;
  try {
    await withShard(file, undefined, async (bytes) => {
      let first: string | undefined;
      for await (const { name, sizeBytes } of tarMembers(bytes)) {
        const key = sampleOf(name)?.key;
        isSample = key !== undefined && key === first;
        if (first !== undefined || key === undefined || sizeBytes > MOST_FIRST_BYTES) return;
        first = key;
      }
    });
  } catch (error) {
    if (!isAppError(error, 'DATA_MALFORMED')) throw error;
  }
  return isSample;
}

const packingOf = (name: string): 'gzip' | 'zstd' | null =>
  /z$/i.test(name) ? 'gzip' : /zst$/i.test(name) ? 'zstd' : null;

/** Open a shard, use it and close it. @param use is given the bytes, and how many of the file's have been read when a place is reached */
async function withShard(
  file: FormatFile,
  signal: AbortSignal | undefined,
  use: (bytes: TarBytes, readBytes: (at: number) => number) => Promise<void>,
): Promise<void> {
  const packing = packingOf(file.name);
  const bytes = packing ? await UnpackedBytes.open(file, packing, signal) : await FileBytes.open(file);
  try {
    await use(bytes, (at) => (bytes instanceof UnpackedBytes ? bytes.packedBytes : at));
  } finally {
    await bytes.close();
  }
}

async function survey(files: readonly FormatFile[], signal: AbortSignal | undefined): Promise<Kinds> {
  const kinds: Kinds['kinds'] = new Map();
  for (const file of files) {
    await withShard(file, signal, async (bytes) => {
      for await (const member of tarMembers(bytes)) {
        signal?.throwIfAborted();
        const sample = sampleOf(member.name);
        if (!sample) continue;
        const known = kinds.get(sample.kind) ?? { allWhole: NUMBERS.has(sample.kind) };
        if (known.allWhole) known.allWhole = /^\s*[+-]?\d{1,15}\s*$/.test(await textIn(bytes, member));
        kinds.set(sample.kind, known);
        if (kinds.size > MOST_KINDS) {
          throw damaged(file.name, member.dataOffset, `its members are of more than ${MOST_KINDS} kinds`);
        }
      }
    });
  }
  return { kinds };
}

async function textIn(bytes: TarBytes, member: TarMember): Promise<string> {
  if (member.sizeBytes > MOST_CELL_BYTES) {
    throw damaged(
      bytes.name,
      member.dataOffset,
      `${member.name} has ${member.sizeBytes} bytes, too many for a cell`,
    );
  }
  const text = (await bytes.read(member.dataOffset, member.sizeBytes)).toString('utf8');
  return text.replaceAll('\0', ' ').replace(/\n$/, '');
}

async function writeSamples(
  files: readonly FormatFile[],
  kinds: Kinds['kinds'],
  sink: ReportingSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let before = 0;
  for (const file of files) {
    await withShard(file, signal, async (bytes, readBytes) => {
      let key: string | null = null;
      let cells = new Map<string, TableValue>();
      const finish = async () => {
        if (key === null) return;
        await sink.row([
          file.name,
          key,
          ...[...kinds].flatMap(([kind, { allWhole }]) =>
            columnsFor(kind, allWhole).map(({ name }) => cells.get(name) ?? null),
          ),
        ]);
      };
      for await (const member of tarMembers(bytes)) {
        signal?.throwIfAborted();
        const sample = sampleOf(member.name);
        if (!sample) continue;
        if (sample.key !== key) {
          await finish();
          key = sample.key;
          cells = new Map();
          sink.progress((before + readBytes(member.dataOffset)) / Math.max(1, total));
        }
        await fill(cells, bytes, member, sample.kind, kinds.get(sample.kind)!.allWhole);
      }
      await finish();
    });
    before += file.sizeBytes;
  }
}

async function fill(
  cells: Map<string, TableValue>,
  bytes: TarBytes,
  member: TarMember,
  kind: string,
  allWhole: boolean,
) {
  if (TEXTS.has(kind)) {
    const text = await textIn(bytes, member);
    cells.set(kind, allWhole ? Number(text) : text);
  } else {
    cells.set(`${kind}_offset`, member.dataOffset);
    cells.set(`${kind}_bytes`, member.sizeBytes);
  }
}
