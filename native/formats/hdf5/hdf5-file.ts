import fs from 'node:fs';
import { Dataset, Group, File as HdfFile, ready } from 'h5wasm';
import { damaged } from '../files/damaged.ts';

/** What this module uses of the library's file system, which its types leave out. */
interface WasmFiles {
  writeFile(path: string, content: Uint8Array): void;
  unlink(path: string): void;
  lookupPath(path: string): { node: WasmNode };
}
interface WasmNode {
  usedBytes: number;
  stream_ops: Record<string, unknown>;
}

const MOST_ENTRIES = 10_000;
const DEEPEST = 32;
let opened = 0;

/**
 * Open an HDF5 file with the HDF5 library in WebAssembly. The library sees this one file and nothing else of the machine: links to other files, which
 * HDF5 has, lead nowhere.
 *
 * @throws AppError DATA_MALFORMED
 */
export async function withHdf5<T>(
  file: { readonly path: string; readonly name: string },
  use: (datasets: ReadonlyMap<string, Dataset>) => Promise<T>,
): Promise<T> {
  const module = (await ready) as unknown as { FS: WasmFiles; activate_throwing_error_handler(): void };
  // Otherwise a read that fails gives whatever stood in memory.
  module.activate_throwing_error_handler();
  const { FS } = module;
  const handle = fs.openSync(file.path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  const name = `/${++opened}.h5`;
  try {
    FS.writeFile(name, new Uint8Array(0));
    const { node } = FS.lookupPath(name);
    node.usedBytes = fs.fstatSync(handle).size;
    node.stream_ops = {
      ...node.stream_ops,
      read: (_stream: unknown, memory: Uint8Array, offset: number, length: number, position: number) =>
        fs.readSync(handle, memory, offset, length, position),
    };
    let read: HdfFile;
    try {
      read = new HdfFile(name, 'r');
    } catch {
      throw damaged(file.name, 0, 'this is no HDF5 file, or it is damaged');
    }
    try {
      return await use(datasetsOf(read, file.name));
    } finally {
      read.close();
    }
  } finally {
    FS.unlink(name);
    fs.closeSync(handle);
  }
}

/** Every data set by its path, groups in the order of their names. */
function datasetsOf(file: HdfFile, name: string): Map<string, Dataset> {
  const datasets = new Map<string, Dataset>();
  let entries = 0;
  const whole = <T>(place: string, read: () => T): T => {
    try {
      return read();
    } catch {
      throw damaged(name, null, `${place || 'its list of data sets'} cannot be read`);
    }
  };
  const walk = (group: Group, prefix: string, depth: number) => {
    if (depth > DEEPEST) throw damaged(name, null, `its groups lie more than ${DEEPEST} deep`);
    for (const key of whole(prefix, () => group.keys())) {
      const path = prefix === '' ? key : `${prefix}/${key}`;
      // Links to other files or to nothing are no data sets of this file.
      const entity = whole(path, () => group.get(key));
      if (++entries > MOST_ENTRIES)
        throw damaged(name, null, `it holds more than ${MOST_ENTRIES} data sets and groups`);
      if (entity instanceof Group) walk(entity, path, depth + 1);
      else if (entity instanceof Dataset) datasets.set(path, entity);
    }
  };
  walk(file, '', 0);
  return datasets;
}
