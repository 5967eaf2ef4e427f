import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ParameterValue } from '../../contract/wire.ts';
import type {
  ImportedBatch,
  ImportedRun,
  RunImporter,
  TransferPoint,
} from '../../kernel/ports/run-transfer.ts';
import { readLines } from '../line-file.ts';
import { fileMark, isReservedName, type SourceFile, sha256, statOf, walkFiles } from '../source-files.ts';
import { parametersOf, readYaml } from '../yaml-facts.ts';
import { cellsOf, numberOf } from './csv-cells.ts';
import { type CsvLayout, layoutOf, timeOf } from './csv-layout.ts';

const POINTS_PER_BATCH = 16_384;
/** A last line without a line break counts once nobody has written for so long. */
const SETTLED_MS = 60_000;

/** Names that the loggers of common libraries use; in a folder other CSV files are data. */
const logNames =
  /^(metrics|results|progress|history|training|train|log|train_log|training_log)\.(csv|tsv|log)$/;
/** A log of this name is called after its folder. */
const genericName = logNames;
const parameterFiles = ['hparams.yaml', 'args.yaml'];

/** `counts`: how many values of each column were taken. The file is read from its start, since columns may be added in front of old rows. */
const position = z.object({ counts: z.record(z.string(), z.number().int()), mark: z.string() });

/** CSV logs: a column with the step and a column for each metric. */
export function createCsvLogImporter(): RunImporter {
  return {
    format: 'csv',
    title: 'CSV logs (Lightning, Keras, Ultralytics and others)',
    async recognises(source) {
      const stat = await statOf(source);
      if (stat?.isFile()) return /\.(csv|tsv|log|txt)$/i.test(source) && (await beginning(source)) !== null;
      if (!stat?.isDirectory()) return false;
      for await (const file of walkFiles(source, isLogName)) if (await beginning(file.path)) return true;
      return false;
    },
    async scan(source, signal) {
      const runs: ImportedRun[] = [];
      for await (const file of logs(source, signal)) {
        const begun = await beginning(file.path, signal);
        if (begun) runs.push(await runOf(file, source, begun));
      }
      return runs;
    },
  };
}

const isLogName = (name: string): boolean => logNames.test(name.toLowerCase());

async function* logs(source: string, signal: AbortSignal): AsyncGenerator<SourceFile> {
  if ((await statOf(source))?.isFile()) yield { path: source, name: path.basename(source), folder: '' };
  else yield* walkFiles(source, isLogName, signal);
}

interface Beginning {
  readonly layout: CsvLayout;
  /** What the first row holds, however the columns are arranged. */
  readonly firstRow: string;
}

/** The columns and the first row of a log; null while there is no whole row, or for another kind of file. */
async function beginning(filePath: string, signal = new AbortController().signal): Promise<Beginning | null> {
  let layout: CsvLayout | null = null;
  for await (const { text } of rowsOf(filePath, signal)) {
    if (layout === null) {
      layout = layoutOf(text);
      if (layout === null) return null;
      continue;
    }
    const { columns, delimiter } = layout;
    const cells = cellsOf(text, delimiter);
    if (!cells.some((cell, index) => numberOf(cell) !== null && columns[index] !== undefined)) return null;
    const named = columns.flatMap((column, index) => (cells[index] ? [`${column}=${cells[index]}`] : []));
    return { layout, firstRow: named.sort().join('\n') };
  }
  return null;
}

async function* rowsOf(filePath: string, signal: AbortSignal): AsyncGenerator<{ text: string; end: number }> {
  const stat = await statOf(filePath);
  const settled = stat !== null && Date.now() - stat.mtimeMs > SETTLED_MS;
  for await (const line of readLines(filePath, 0, signal, settled)) if (line.text.trim() !== '') yield line;
}

/** The same place with the same beginning is the same run; a new log in the place of an old one is another. */
async function runOf(file: SourceFile, source: string, { firstRow }: Beginning): Promise<ImportedRun> {
  const real = await fs.promises.realpath(file.path);
  const generic = genericName.test(file.name.toLowerCase());
  const own = generic ? path.basename(path.dirname(real)) : path.basename(file.name, path.extname(file.name));
  const isFile = path.basename(source) === file.name;
  const root = path.basename(isFile ? path.dirname(path.dirname(real)) : source);
  return {
    identities: [sha256(real, firstRow)],
    name: own,
    experiment: root,
    tellsEnd: false,
    startedAt: null,
    read: (from, signal) => readLog(file.path, from, signal),
  };
}

async function* readLog(
  filePath: string,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const mark = await fileMark(filePath);
  const known = from === null ? { counts: {}, mark: '' } : position.parse(JSON.parse(from));
  if (known.mark === mark) return;
  const taken: Record<string, number> = { ...known.counts };
  const seen: Record<string, number> = {};
  const { size, mtimeMs } = await fs.promises.stat(filePath);
  const writtenMs = Math.round(mtimeMs);
  let layout: CsvLayout | null = null;
  let points: TransferPoint[] = [];
  let row = -1;
  let lastStep = 0;
  let firstMs: number | null = null;
  let lastMs = writtenMs;
  const texts = new Set<string>();
  for await (const { text, end } of rowsOf(filePath, signal)) {
    layout ??= layoutOf(text);
    if (layout === null) return;
    row += 1;
    if (row === 0) continue;
    const cells = cellsOf(text, layout.delimiter).map(numberOf);
    const stepCell = layout.step === null ? row - 1 : (cells[layout.step] ?? null);
    if (stepCell !== null && Number.isFinite(stepCell)) lastStep = Math.trunc(stepCell);
    const timeMs = layout.time === null ? null : timeOf(cells[layout.time] ?? null);
    firstMs ??= timeMs;
    lastMs = timeMs ?? writtenMs;
    for (const [index, key] of layout.columns.entries()) {
      const value = cells[index] ?? null;
      if (
        index === layout.step ||
        key === '' ||
        isReservedName(key) ||
        (index === layout.time && timeMs !== null)
      )
        continue;
      if (value === null) {
        if (row === 1 && cellsOf(text, layout.delimiter)[index]) texts.add(key);
        continue;
      }
      seen[key] = (seen[key] ?? 0) + 1;
      if (seen[key] <= (taken[key] ?? 0)) continue;
      taken[key] = seen[key];
      points.push({ key, step: lastStep, timeMs: lastMs, value });
    }
    if (points.length >= POINTS_PER_BATCH) {
      yield {
        position: JSON.stringify({ counts: taken, mark: '' }),
        points,
        fraction: end / Math.max(size, 1),
      };
      points = [];
    }
  }
  yield {
    position: JSON.stringify({ counts: taken, mark }),
    points,
    params: await parametersBeside(filePath),
    ...(from === null && { startedAt: firstMs ?? writtenMs }),
    endedAt: lastMs,
    notes: [...texts].map((key) => `The column ${key} holds texts and was left out.`),
  };
}

/** What Lightning and Ultralytics write beside their logs. */
async function parametersBeside(filePath: string): Promise<Record<string, ParameterValue>> {
  const params: Record<string, ParameterValue> = {};
  for (const name of parameterFiles) {
    Object.assign(params, parametersOf(await readYaml(path.join(path.dirname(filePath), name))));
  }
  return params;
}
