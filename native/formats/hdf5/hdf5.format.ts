import type { Dataset } from 'h5wasm';
import { AppError, isAbort } from '../../../app/kernel/app-error.ts';
import type { DataFormat } from '../../../app/kernel/ports/data-format.ts';
import { damaged } from '../files/damaged.ts';
import { allHave, meantFiles } from '../files/names.ts';
import {
  columnsOf,
  columnsOfParts,
  labelOf,
  type NamedArray,
  type OpenPart,
  partsOf,
  writeParts,
} from '../numpy/array-table.ts';
import { MOST_COLUMNS, type ValueType, writeTable } from '../table/write-table.ts';
import { columnTypeOf, datasetColumns } from './dataset-columns.ts';
import { withHdf5 } from './hdf5-file.ts';

const HDF5 = new Set(['h5', 'hdf5', 'he5', 'hdf']);

interface Array5 extends NamedArray {
  readonly dataset: Dataset;
  readonly type: ValueType;
  readonly label: string;
}

/**
 * HDF5: data sets of one length stand side by side as the arrays of an `.npz` do, groups called `train` and `test` are parts of one table. A version
 * is one file: HDF5 has no shards.
 */
export const hdf5Format: DataFormat = {
  name: 'hdf5',
  recognise: (all) => {
    const files = meantFiles(all);
    return Promise.resolve(files.length === 1 && allHave(files, HDF5));
  },
  async tabulate(all, destinationPath, options) {
    const [file] = meantFiles(all);
    const { name } = file!;
    try {
      return await withHdf5(file!, async (datasets) => {
        const arrays = [...datasets].flatMap(([path, dataset]) => arrayOf(path, dataset, name));
        const parts = partsOf(arrays, name);
        const [first] = parts;
        if (!first) throw damaged(name, null, 'it holds no data set with rows of numbers or texts');
        if (columnsOf(first) > MOST_COLUMNS) {
          throw damaged(
            name,
            null,
            `its data sets would become ${columnsOf(first)} columns, more than ${MOST_COLUMNS}`,
          );
        }
        const open: OpenPart[] = parts.map(({ split, rows, arrays: members }) => ({
          split,
          rows,
          arrays: [...members].map(([as, { dataset, type, label }]) =>
            datasetColumns(dataset, as, type, label),
          ),
        }));
        const columns = columnsOfParts(open, name);
        const table = await writeTable(name, destinationPath, columns, options, (sink) =>
          writeParts(open, columns, sink),
        );
        return { ...table, fileColumn: null, labelColumn: labelOf(first) };
      });
    } catch (error) {
      // What the WebAssembly library throws for a broken file (a trap, its own report) is a fault of the file.
      if (error instanceof AppError || isAbort(error) || 'code' in (error as object)) throw error;
      throw damaged(name, null, 'the HDF5 library cannot read it');
    }
  },
};

/** None for a data set that has no place in a table. `train/x` is called `train_x`. */
function arrayOf(path: string, dataset: Dataset, name: string): Array5[] {
  const label = `${name}/${path}`;
  const { shape } = dataset;
  const type = columnTypeOf(dataset, label);
  if (type === null || shape === null) return [];
  return [{ name: path.replaceAll('/', '_'), header: { shape }, dataset, type, label }];
}
