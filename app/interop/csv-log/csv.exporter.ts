import fs from 'node:fs';
import path from 'node:path';
import type {
  ExportedRun,
  ParquetColumn,
  RunExporter,
  WriteParquet,
} from '../../kernel/ports/run-transfer.ts';

const RUNS = 'runs';
const METRICS = 'metrics';

/** What is kept of a run for its row, once its points are written. */
type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Two tables: `runs`, a row for each run with its parameters, tags and last values, and `metrics`, a row for each point. */
export function createCsvExporter(): RunExporter {
  return {
    format: 'csv',
    title: 'CSV (runs.csv and metrics.csv)',
    async write(runs, folder, _destination, signal) {
      return (await writeTables(runs, folder, signal)).notes;
    },
  };
}

/** The same two tables as Parquet. */
export function createParquetExporter(writeParquet: WriteParquet): RunExporter {
  return {
    format: 'parquet',
    title: 'Parquet (runs.parquet and metrics.parquet)',
    async write(runs, folder, _destination, signal) {
      const { notes, columns } = await writeTables(runs, folder, signal);
      for (const [name, ofTable] of [
        [RUNS, columns],
        [METRICS, metricColumns],
      ] as const) {
        const source = path.join(folder, `${name}.csv`);
        await writeParquet(source, path.join(folder, `${name}.parquet`), ofTable, signal);
        await fs.promises.rm(source);
      }
      return notes;
    },
  };
}

const metricColumns: readonly ParquetColumn[] = [
  { name: 'run_id', type: 'text' },
  { name: 'run', type: 'text' },
  { name: 'experiment', type: 'text' },
  { name: 'metric', type: 'text' },
  { name: 'step', type: 'integer' },
  { name: 'time_ms', type: 'integer' },
  { name: 'value', type: 'double' },
];

async function writeTables(
  runs: AsyncIterable<ExportedRun>,
  folder: string,
  signal: AbortSignal,
): Promise<{ notes: readonly string[]; columns: readonly ParquetColumn[] }> {
  const rows: Row[] = [];
  let artifacts = 0;
  const file = await fs.promises.open(path.join(folder, `${METRICS}.csv`), 'wx');
  try {
    await file.writeFile(`${metricColumns.map(({ name }) => name).join(',')}\n`);
    for await (const run of runs) {
      rows.push(rowOf(run));
      artifacts += run.artifacts.length;
      const prefix = [run.id, run.name, run.experiment].map(cell).join(',');
      for await (const points of run.points()) {
        signal.throwIfAborted();
        const lines = points.map(
          ({ key, step, timeMs, value }) => `${prefix},${cell(key)},${step},${timeMs},${cell(value)}\n`,
        );
        await file.writeFile(lines.join(''));
      }
    }
  } finally {
    await file.close();
  }
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = columnsOf(keys, rows);
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => keys.map((key) => (Object.hasOwn(row, key) ? row[key]! : null))),
  ];
  await fs.promises.writeFile(
    path.join(folder, `${RUNS}.csv`),
    lines.map((line) => `${line.map(cell).join(',')}\n`).join(''),
  );
  return {
    columns,
    notes: artifacts > 0 ? [`${artifacts} artifacts have no place in tables and were left out.`] : [],
  };
}

/** Names that differ in more than their case, since many readers of tables tell none apart by it, and the type that all values have. */
function columnsOf(keys: readonly string[], rows: readonly Row[]): ParquetColumn[] {
  const taken = new Set<string>();
  return keys.map((key) => {
    let name = key;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${key}_${count}`;
    taken.add(name.toLowerCase());
    const values = rows.flatMap((row) => (Object.hasOwn(row, key) ? (row[key] ?? []) : []));
    const all = (type: string) => values.length > 0 && values.every((value) => typeof value === type);
    if (key.endsWith('_ms') && !key.includes('.')) return { name, type: 'integer' };
    if (all('number')) return { name, type: 'double' };
    return { name, type: all('boolean') ? 'boolean' : 'text' };
  });
}

function rowOf(run: ExportedRun): Row {
  const prefixed = (prefix: string, values: Row) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
  return {
    run_id: run.id,
    run: run.name,
    experiment: run.experiment,
    status: run.status,
    created_ms: run.createdAt,
    started_ms: run.startedAt,
    ended_ms: run.endedAt,
    ...prefixed('params', run.params),
    ...prefixed('metrics', run.metrics),
    ...prefixed('summary', run.summary),
    ...prefixed('tags', run.tags),
  };
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'nan';
    return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
  }
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) || text !== text.trim()
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}
