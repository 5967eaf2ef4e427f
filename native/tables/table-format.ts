import path from 'node:path';
import type { DataFormat } from '../../app/kernel/ports/data-format.ts';
import type { Tables } from '../../app/kernel/ports/tables.ts';

const extensionsOf: Readonly<Record<string, readonly string[]>> = {
  csv: ['.csv'],
  tsv: ['.tsv', '.tab'],
  jsonl: ['.jsonl', '.ndjson'],
  parquet: ['.parquet'],
};

/**
 * The formats that are tables as they are: every file of one ending. Whether they share columns shows when they are read; several that do
 * not are DATA_MALFORMED with the detail `fault: 'columns-differ'`, and then each is a table of its own and the whole is none.
 */
export function createTableFormats(tables: Pick<Tables, 'convert'>): readonly DataFormat[] {
  return Object.entries(extensionsOf).map(([name, extensions]) => ({
    name,
    async recognise(files) {
      const [first] = files;
      if (first === undefined) return false;
      const extension = path.extname(first.name).toLowerCase();
      return (
        extensions.includes(extension) &&
        files.every((file) => path.extname(file.name).toLowerCase() === extension)
      );
    },
    async tabulate(files, destinationPath, options) {
      const sources = files.map((file) => ({ path: file.path, name: file.name }));
      const { rows, columns } = await tables.convert(sources, destinationPath, options);
      return { rows, columns, fileColumn: null, labelColumn: null };
    },
  }));
}
