import fs from 'node:fs';
import path from 'node:path';
import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from '../files/damaged.ts';
import { isAppError } from '../files/fault.ts';
import { FileBytes, withFile } from '../files/file-bytes.ts';
import { allHave, baseOf, meantFiles } from '../files/names.ts';
import { unpackMember } from '../files/unpack-member.ts';
import { readZipDirectory, type ZipMember } from '../files/zip-directory.ts';
import { MOST_COLUMNS, writeTable } from '../table/write-table.ts';
import { arrayColumns } from './array-columns.ts';
import {
  type ArrayPart,
  columnsOf,
  columnsOfParts,
  labelOf,
  type NamedArray,
  type OpenPart,
  partsOf,
  writeParts,
} from './array-table.ts';
import { type NpyHeader, readNpyHeader } from './npy-header.ts';

/** An array and the file that it can be read from at any place. */
interface OpenArray extends NamedArray {
  readonly header: NpyHeader;
  readonly bytes: FileBytes;
  readonly label: string;
}

const MOST_FILES = 1000;
const ARRAYS = new Set(['npy']);
const ARCHIVES = new Set(['npz']);

/** `.npy` files that stand side by side as the members of an archive would: `x_train.npy`, `y_train.npy`. */
export const npyFormat: DataFormat = {
  name: 'npy',
  async recognise(all) {
    const files = meantFiles(all);
    if (!allHave(files, ARRAYS) || files.length > MOST_FILES) return false;
    return fits(async () => {
      const arrays: NamedArray[] = [];
      for (const file of files) {
        arrays.push({
          name: arrayName(file.name),
          header: await withFile(file, (bytes) => readNpyHeader(bytes, file.name)),
        });
      }
      return partsOf(arrays, files[0]!.name);
    });
  },
  async tabulate(all, destinationPath, options) {
    const files = meantFiles(all);
    return withArrays(async (open) => {
      const arrays: OpenArray[] = [];
      for (const file of files) {
        const bytes = await open(file);
        arrays.push({
          name: arrayName(file.name),
          header: await readNpyHeader(bytes, file.name),
          bytes,
          label: file.name,
        });
      }
      return writeArrays([{ name: files[0]!.name, arrays }], destinationPath, options);
    });
  },
};

/** Archives of arrays, by `np.savez` and `np.savez_compressed`; several archives are shards of one table. */
export const npzFormat: DataFormat = {
  name: 'npz',
  async recognise(all) {
    const files = meantFiles(all);
    if (!allHave(files, ARCHIVES) || files.length > MOST_FILES) return false;
    // Widths stand in the members, which may be compressed: what is too wide shows when the table is made.
    return withFile(files[0]!, async (bytes) => (await bytes.head(0, 4)).toString('latin1').startsWith('PK'));
  },
  async tabulate(all, destinationPath, options) {
    const files = meantFiles(all);
    const folder = `${destinationPath}.members.part`;
    await fs.promises.mkdir(folder, { recursive: true });
    try {
      return await withArrays(async (open) => {
        const archives: { name: string; arrays: OpenArray[] }[] = [];
        let count = 0;
        for (const file of files) {
          const members = await withFile(file, readZipDirectory);
          const arrays: OpenArray[] = [];
          for (const member of members.filter(({ name }) => name.endsWith('.npy'))) {
            const label = `${file.name}/${member.name}`;
            const bytes = await open(
              await unpacked(file, member, path.join(folder, String(count++)), options.signal),
              label,
            );
            arrays.push({
              name: arrayName(member.name),
              header: await readNpyHeader(bytes, label),
              bytes,
              label,
            });
          }
          archives.push({ name: file.name, arrays });
        }
        return await writeArrays(archives, destinationPath, options);
      });
    } finally {
      await fs.promises.rm(folder, { recursive: true, force: true });
    }
  },
};

async function unpacked(
  file: FormatFile,
  member: ZipMember,
  destination: string,
  signal: AbortSignal | undefined,
) {
  await unpackMember(file, member, destination, signal);
  return { path: destination, name: `${file.name}/${member.name}` };
}

const arrayName = (name: string): string => baseOf(name).replace(/\.npy$/i, '');

async function fits(parts: () => Promise<readonly ArrayPart[]>): Promise<boolean> {
  try {
    const [first] = await parts();
    return first !== undefined && columnsOf(first) <= MOST_COLUMNS;
  } catch (error) {
    // Malformed arrays are of this format all the same: the table then says what is wrong and where.
    if (isAppError(error, 'DATA_MALFORMED')) return true;
    throw error;
  }
}

async function writeArrays(
  groups: readonly { readonly name: string; readonly arrays: readonly OpenArray[] }[],
  destinationPath: string,
  options: Parameters<DataFormat['tabulate']>[2],
) {
  const { name } = groups[0]!;
  const parts = groups.flatMap((group) => partsOf(group.arrays, group.name));
  const [first] = parts;
  if (!first)
    throw damaged(
      name,
      null,
      'it holds no array with rows',
      'Save at least one array with one axis or more.',
    );
  if (columnsOf(first) > MOST_COLUMNS) {
    throw damaged(
      name,
      null,
      `its arrays would become ${columnsOf(first)} columns, more than ${MOST_COLUMNS}`,
      'Import such arrays as files, or save pictures as files of their own.',
    );
  }
  const open: OpenPart[] = parts.map(({ split, rows, arrays }) => ({
    split,
    rows,
    arrays: [...arrays].map(([as, { bytes, header, label }]) => arrayColumns(bytes, header, as, label)),
  }));
  const columns = columnsOfParts(open, name);
  const table = await writeTable(name, destinationPath, columns, options, (sink) =>
    writeParts(open, columns, sink),
  );
  return { ...table, fileColumn: null, labelColumn: labelOf(first) };
}

/** Every file that `use` opens is closed after it. */
async function withArrays<T>(
  use: (open: (file: { path: string; name: string }, label?: string) => Promise<FileBytes>) => Promise<T>,
): Promise<T> {
  const opened: FileBytes[] = [];
  try {
    return await use(async (file, label = file.name) => {
      const bytes = await FileBytes.open({ path: file.path, name: label });
      opened.push(bytes);
      return bytes;
    });
  } finally {
    for (const bytes of opened) await bytes.close();
  }
}
