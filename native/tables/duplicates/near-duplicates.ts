import type { DuplicateReport } from '../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { identifier } from '../duckdb-session.ts';
import { ChunkFreer } from '../free-chunks.ts';
import type { Look } from '../looking/look.ts';
import { fingerprint, shownRows, type TableSource } from '../looking/table-source.ts';
import { bandsFor, candidatePairs } from './candidate-pairs.ts';
import { FeatureSets } from './feature-sets.ts';
import { jaccard, MinHash, SIGNATURE_LENGTH } from './min-hash.ts';
import { type FeatureColumn, featureColumns, MOST_FEATURES } from './row-features.ts';

const EXAMPLES = 20;
/** Rows with fewer features than these are alike too easily. */
const LEAST_FEATURES = 3;
/** What the bands of all rows may take, and the features of the rows that are looked at twice. */
const BAND_BYTES = 64 * 1024 * 1024;
const FEATURE_BYTES = 64 * 1024 * 1024;
/** Cells that are read at most: a very long or wide table is compared as far as this goes. */
const MOST_CELLS = 200_000_000;

type Near = NonNullable<DuplicateReport['near']>;

/**
 * Pairs of rows whose features have at least the given Jaccard similarity: candidates by MinHash signatures cut into bands
 * (locality-sensitive hashing: P. Indyk and R. Motwani, 1998; J. Leskovec, A. Rajaraman and J. D. Ullman, Mining of Massive Datasets,
 * ch. 3), each then compared feature by feature. A pair at the threshold is found with a chance of more than 0.99, a more similar one with
 * a greater chance; no pair below it is reported. Equal rows count once.
 */
export async function nearDuplicates(
  table: TableSource,
  compared: readonly Column[],
  shown: readonly Column[],
  threshold: number,
  look: Look,
): Promise<Near> {
  look.progress(0, 'Measuring columns for near-duplicates');
  const columns = await featureColumns(look.connection, table, compared);
  const bands = bandsFor(threshold);
  const most = Math.min(BAND_BYTES / 4 / bands.count, MOST_CELLS / compared.length);
  const length = Math.min(table.rows, Math.max(1, Math.floor(most)));
  const print = fingerprint(
    compared.map(({ name, type }) => ({ sql: identifier(name), text: type === 'text' })),
  );
  const keys = Array.from({ length: bands.count }, () => new Uint32Array(length));
  const numbers = new Uint32Array(length);
  const seen = new Set<number>();
  const minHash = new MinHash();
  const signature = new Uint32Array(SIGNATURE_LENGTH);
  let kept = 0;
  const read = (
    sql: string,
    onRow: (row: number, print: number, features: Uint32Array, count: number) => void,
  ) => readFeatures(table, columns, sql, length, look, onRow);
  await read(`(${print.first} % ${2 ** 53})::DOUBLE`, (row, rowPrint, features, count) => {
    if (row % 4096 === 0) look.progress((0.6 * row) / length, 'Comparing rows with each other');
    if (count < LEAST_FEATURES || seen.has(rowPrint)) return;
    seen.add(rowPrint);
    minHash.sign(features, count, signature);
    for (const [band, own] of keys.entries()) own[kept] = bands.key(signature, band);
    numbers[kept++] = row;
  });
  seen.clear();
  look.progress(0.6, 'Comparing similar rows');
  const candidates = await candidatePairs(keys, kept, look.signal);
  const wanted = new Set<number>();
  for (const [a, b] of candidates.pairs) wanted.add(numbers[a]!).add(numbers[b]!);

  // Done with, and as large as what comes now.
  keys.length = 0;
  const features = new FeatureSets(FEATURE_BYTES);
  await read('0::DOUBLE', (row, _, all, count) => {
    if (row % 4096 === 0) look.progress(0.7 + (0.25 * row) / length, 'Comparing similar rows');
    if (wanted.has(row)) features.keep(row, all.subarray(0, count));
  });
  const pairs: { similarity: number; rows: [number, number] }[] = [];
  for (const [a, b] of candidates.pairs) {
    const [first, second] = [numbers[a]!, numbers[b]!];
    const left = features.of(first);
    const right = features.of(second);
    if (!left || !right) continue;
    const similarity = jaccard(left, right);
    if (similarity >= threshold) pairs.push({ similarity, rows: [first, second] });
  }
  pairs.sort((a, b) => b.similarity - a.similarity || a.rows[0] - b.rows[0] || a.rows[1] - b.rows[1]);
  const examples = pairs.slice(0, EXAMPLES);
  const cells = await shownRows(
    look.connection,
    table,
    shown,
    examples.flatMap(({ rows }) => rows),
  );
  return {
    threshold,
    comparedRows: kept,
    affectedRows: new Set(pairs.flatMap(({ rows }) => rows)).size,
    pairs: pairs.length,
    complete: candidates.complete && features.complete && length === table.rows,
    examples: examples.map(({ similarity, rows }) => ({
      similarity,
      rowNumbers: rows,
      cells: [cells.get(rows[0]) ?? [], cells.get(rows[1]) ?? []],
    })),
  };
}

/** The features of the first `length` rows. The array that is handed over is used again for the next row. */
async function readFeatures(
  { from, row }: TableSource,
  columns: readonly FeatureColumn[],
  print: string,
  length: number,
  { connection, signal }: Look,
  onRow: (row: number, print: number, features: Uint32Array, count: number) => void,
): Promise<void> {
  const selected = [print, `${row}::DOUBLE`, ...columns.map(({ sql }) => sql)].join(', ');
  const result = await connection.stream(`SELECT ${selected} FROM ${from} WHERE ${row} < ${length}`);
  const features = new Uint32Array(MOST_FEATURES);
  const freer = new ChunkFreer();
  for (;;) {
    const chunk = await result.fetchChunk();
    signal.throwIfAborted();
    if (!chunk || chunk.rowCount === 0) return;
    const prints = chunk.getColumnVector(0);
    const numbers = chunk.getColumnVector(1);
    const vectors = columns.map((_, index) => chunk.getColumnVector(index + 2));
    for (let at = 0; at < chunk.rowCount; at++) {
      let count = 0;
      for (const [index, { featurize }] of columns.entries()) {
        count = featurize(vectors[index]!.getItem(at), features, count);
      }
      onRow(numbers.getItem(at) as number, prints.getItem(at) as number, features, count);
    }
    await freer.done();
  }
}
