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
import { MOST_COLUMNS, writeTable } from '../table/write-table.ts';
import { datasetColumns } from './dataset-columns.ts';
import { type DatasetForm, formOf } from './dataset-form.ts';
import { recordColumns } from './dataset-records.ts';
import { withHdf5 } from './hdf5-file.ts';

const HDF5 = new Set(['h5', 'hdf5', 'he5', 'hdf']);

type ReadForm = Exclude<DatasetForm, { kind: 'unread' }>;

interface Array5 extends NamedArray {
  readonly dataset: Dataset;
  readonly form: ReadForm;
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
        const forms = [...datasets].map(([path, dataset]) => ({
          path,
          dataset,
          form: formOf(dataset.metadata),
        }));
        const arrays = forms.flatMap(({ path, dataset, form }) => arrayOf(path, dataset, form, name));
        const parts = partsOf(arrays, name);
        const [first] = parts;
        if (!first) throw nothingIn(forms, name);
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
          arrays: [...members].map(([as, { dataset, form, label }]) =>
            form.kind === 'values'
              ? datasetColumns(dataset, as, form.type, label)
              : recordColumns(
                  dataset,
                  form.fields,
                  hasShortNames(members.size, dataset, form) ? '' : as,
                  label,
                ),
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
function arrayOf(path: string, dataset: Dataset, form: DatasetForm, name: string): Array5[] {
  const { shape } = dataset;
  if (form.kind === 'unread' || shape === null) return [];
  // The fields of a record lie side by side as the places of one more axis do.
  const width = form.kind === 'records' && isNamed(form) ? [form.fields.length] : [];
  const header = { shape: shape.length === 0 ? shape : [...shape, ...width] };
  return [{ name: path.replaceAll('/', '_'), header, dataset, form, label: `${name}/${path}` }];
}

const isNamed = (form: ReadForm): boolean => form.kind === 'records' && form.fields[0]!.name !== '';

/** The members of the only records need no name before theirs. */
const hasShortNames = (arrays: number, dataset: Dataset, form: ReadForm): boolean =>
  arrays === 1 && isNamed(form) && dataset.shape?.length === 1;

function nothingIn(forms: readonly { readonly path: string; readonly form: DatasetForm }[], name: string) {
  const nothing = 'it holds no data set with rows of numbers or texts';
  for (const { path, form } of forms) {
    if (form.kind !== 'unread') continue;
    return damaged(
      `${name}/${path}`,
      null,
      `it holds ${form.reason}`,
      'Save what it holds as data sets of numbers or texts, each of its own.',
    );
  }
  return damaged(name, null, nothing);
}
