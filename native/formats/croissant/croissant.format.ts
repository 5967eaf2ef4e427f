import fs from 'node:fs';
import path from 'node:path';
import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { convertTable } from '../../tables/convert-table.ts';
import { copyRows } from '../../tables/copy-rows.ts';
import { identifier, inSession, text, writing } from '../../tables/duckdb-session.ts';
import { damaged } from '../files/damaged.ts';
import { withFile } from '../files/file-bytes.ts';
import { baseOf, extensionOf, meantFiles } from '../files/names.ts';
import { type RecordSet, readRecordSets } from './record-sets.ts';

const NAMES = new Set(['croissant.json', 'croissant.jsonld', 'metadata.json']);
const MOST_BYTES = 16 * 1024 * 1024;
const TABLES = new Set(['csv', 'tsv', 'tab', 'jsonl', 'ndjson', 'parquet']);

/**
 * A Croissant description beside its files: the first record set whose fields all come from columns of tables of one kind
 * becomes the table, with the names of its fields.
 */
export const croissantFormat: DataFormat = {
  name: 'croissant',
  async recognise(all) {
    const found = described(meantFiles(all));
    if (!found || found.others.length === 0) return false;
    const content = await withFile(found.description, (bytes) => bytes.head(0, MOST_BYTES));
    const sets = readRecordSets(content.toString('utf8'));
    return sets !== null && chosen(sets, found.others) !== null;
  },
  async tabulate(all, destinationPath, options) {
    const { description, others } = described(meantFiles(all))!;
    const content = await withFile(description, (bytes) => bytes.head(0, MOST_BYTES));
    const choice = chosen(readRecordSets(content.toString('utf8')) ?? [], others);
    if (!choice)
      throw damaged(description.name, null, 'no record set takes its fields from columns of the files');
    const signal = options.signal ?? new AbortController().signal;
    const whole = `${destinationPath}.whole.part`;
    const { columns } = await convertTable(choice.files, whole, signal, options.onProgress ?? (() => {}));
    const reach = { files: [whole, destinationPath], ...writing({ columns: choice.set.fields.length }) };
    return inSession({ ...reach, beside: destinationPath, signal }, async (connection) => {
      const selected = choice.set.fields.map(({ name, column }) => {
        const known = columns.find((each) => each.name === column);
        if (!known) {
          throw damaged(
            description.name,
            null,
            `the field "${name}" comes from a column "${column}", which ${choice.files[0]!.name} does not have`,
          );
        }
        return `${identifier(column)} AS ${identifier(name)}`;
      });
      const written = await copyRows(
        connection,
        `SELECT ${selected.join(', ')} FROM read_parquet(${text(whole)})`,
        destinationPath,
      );
      return {
        rows: written.rows,
        columns: written.columns.map(({ name, type }) => ({ name, type })),
        fileColumn: null,
        labelColumn: choice.set.fields.find(({ isLabel }) => isLabel)?.name ?? null,
      };
    }).finally(() => removed(whole));
  },
};

async function removed(filePath: string): Promise<void> {
  await fs.promises.rm(filePath, { force: true });
}

function described(files: readonly FormatFile[]) {
  const description = files.find(({ name }) => !name.includes('/') && NAMES.has(baseOf(name).toLowerCase()));
  return description ? { description, others: files.filter((file) => file !== description) } : null;
}

/** The first record set whose files are there and are tables of one kind. */
function chosen(
  sets: readonly RecordSet[],
  files: readonly FormatFile[],
): { set: RecordSet; files: FormatFile[] } | null {
  for (const set of sets) {
    const from = files.filter(({ name }) =>
      set.patterns.some((pattern) => path.posix.matchesGlob(name, pattern)),
    );
    const kinds = new Set(from.map(({ name }) => extensionOf(name)));
    if (set.fields.length > 0 && kinds.size === 1 && TABLES.has([...kinds][0]!)) return { set, files: from };
  }
  return null;
}
