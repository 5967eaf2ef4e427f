import fs from 'node:fs';
import path from 'node:path';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { ImportedBatch, ImportedRun, TransferPoint } from '../../kernel/ports/run-transfer.ts';
import { readLines } from '../line-file.ts';
import { isReservedName, readSmallText, statOf, walkFiles } from '../source-files.ts';
import { parameterFromText, readYaml } from '../yaml-facts.ts';
import { artifactFiles } from './artifact-files.ts';
import { folderDatasets } from './folder-inputs.ts';
import { isFieldTag, type MlflowPosition, numberFromText, readPosition, stateOf } from './mlflow-facts.ts';

const POINTS_PER_BATCH = 16_384;
const LONGEST_TEXT_BYTES = 1 << 20;
/** mlruns / experiment / run, with a folder above that somebody named. */
const DEEPEST = 3;

type Meta = Record<string, unknown>;

interface RunFolder {
  readonly folder: string;
  readonly meta: Meta;
  readonly experiment: string | null;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
const timeOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

/** What `meta.yaml` describes: a run, an experiment, or nothing that is known. */
function kindOf(meta: Meta | null): 'run' | 'experiment' | null {
  if (meta && textOf(meta.run_id ?? meta.run_uuid) !== null) return 'run';
  return meta && textOf(meta.experiment_id) !== null && textOf(meta.name) !== null ? 'experiment' : null;
}

const metaOf = (folder: string): Promise<Meta | null> => readYaml(path.join(folder, 'meta.yaml'));

/** Whether a folder holds, is, or is part of an `mlruns` folder. */
export async function isMlrunsFolder(folder: string): Promise<boolean> {
  const abort = new AbortController();
  for await (const _run of runFolders(folder, abort.signal)) return true;
  return false;
}

/** Runs below a folder; those that were deleted in MLflow are passed over. */
export async function* mlrunsFolder(folder: string, signal: AbortSignal): AsyncGenerator<ImportedRun> {
  for await (const { folder: runFolder, meta, experiment } of runFolders(folder, signal)) {
    if (meta.lifecycle_stage === 'deleted') continue;
    const id = textOf(meta.run_id ?? meta.run_uuid)!;
    yield {
      identities: [id],
      ...(/^[0-9a-f]{32}$/.test(id) && { id: id as NonNullable<ImportedRun['id']> }),
      name: textOf(meta.run_name) ?? (await tagOf(runFolder, 'mlflow.runName')) ?? id,
      experiment,
      tellsEnd: true,
      startedAt: timeOf(meta.start_time),
      read: (position, readSignal) => readRun(runFolder, position, readSignal),
    };
  }
}

async function* runFolders(
  folder: string,
  signal: AbortSignal,
  depth = 0,
  experiment: string | null = null,
): AsyncGenerator<RunFolder> {
  signal.throwIfAborted();
  const meta = await metaOf(folder).catch((error: unknown) => {
    // Another tool's meta.yaml, or a torn one: no run can be told from it.
    if (error instanceof AppError && error.code !== 'PATH_NOT_FOUND') return null;
    throw error;
  });
  const kind = kindOf(meta);
  if (kind === 'run') {
    const named = experiment ?? textOf((await metaOf(path.dirname(folder)).catch(() => null))?.name);
    yield { folder, meta: meta!, experiment: named };
    return;
  }
  if (depth === DEEPEST) return;
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'models')
    .map(({ name }) => name)
    .sort();
  const inside = kind === 'experiment' ? textOf(meta!.name) : experiment;
  for (const name of names) yield* runFolders(path.join(folder, name), signal, depth + 1, inside);
}

async function tagOf(runFolder: string, key: string): Promise<string | null> {
  return (await readSmallText(path.join(runFolder, 'tags', key), LONGEST_TEXT_BYTES)) || null;
}

async function* readRun(
  folder: string,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const position = readPosition(from);
  const compare = from !== null && position.folder === null;
  const offsets: Record<string, number> = { ...position.folder };
  position.folder = offsets;
  const place = () => JSON.stringify(position);
  // Anew at every reading: the file may be half written now and whole the next time.
  const meta = (await metaOf(folder)) ?? {};
  const endedAt = timeOf(meta.end_time);
  const startedAt = timeOf(meta.start_time);
  const tags = await texts(path.join(folder, 'tags'), signal);
  const user = textOf(meta.user_id);
  if (user !== null && tags['mlflow.user'] === undefined) tags['mlflow.user'] = user;
  for (const key of Object.keys(tags)) if (isFieldTag(key)) delete tags[key];
  const params: Record<string, ParameterValue> = {};
  for (const [key, value] of Object.entries(await texts(path.join(folder, 'params'), signal)))
    params[key] = parameterFromText(value);
  yield {
    position: place(),
    params,
    tags,
    datasets: await folderDatasets(folder),
    status: stateOf(meta.status),
    ...(startedAt !== null && { startedAt }),
    ...(endedAt !== null && { endedAt }),
    fraction: 0,
  };
  for await (const { points, notes } of newPoints(path.join(folder, 'metrics'), offsets, signal)) {
    yield { position: place(), points, notes, ...(compare && { compare }), fraction: 0.5 };
  }
  for await (const artifacts of artifactFiles(path.join(folder, 'artifacts'), '', position.files, signal)) {
    yield { position: place(), artifacts, fraction: 0.9 };
  }
  yield* loggedModels(folder, position, signal);
}

/** Since version 3 a model that a run logged lies beside the runs; the run's `outputs` name it. */
async function* loggedModels(
  folder: string,
  position: MlflowPosition,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const outputs = await fs.promises
    .readdir(path.join(folder, 'outputs'), { withFileTypes: true })
    .catch(() => []);
  for (const entry of outputs) {
    if (!entry.isDirectory() || !/^m-[0-9a-f]{32}$/.test(entry.name)) continue;
    const model = path.join(path.dirname(folder), 'models', entry.name);
    if ((await fs.promises.lstat(model).catch(() => null))?.isDirectory() !== true) continue;
    const root = path.join(model, 'artifacts');
    for await (const artifacts of artifactFiles(root, `models/${entry.name}/`, position.files, signal)) {
      yield {
        position: JSON.stringify(position),
        artifacts: artifacts.map((each) => ({ ...each, kind: 'model' })),
      };
    }
  }
}

/** The files of a folder as texts by key; a key with slashes is a file further down. */
async function texts(root: string, signal: AbortSignal): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  if (!(await statOf(root))?.isDirectory()) return found;
  for await (const { path: filePath, folder, name } of walkFiles(root, () => true, signal)) {
    const key = folder === '' ? name : `${folder}/${name}`;
    found[key] = (await readSmallText(filePath, LONGEST_TEXT_BYTES)) ?? '';
  }
  return found;
}

/** Points after the offsets, a file for each metric, a line for each point: time, value, step. Offsets are kept up to date. */
async function* newPoints(
  root: string,
  offsets: Record<string, number>,
  signal: AbortSignal,
): AsyncGenerator<{ points: TransferPoint[]; notes: string[] }> {
  if (!(await statOf(root))?.isDirectory()) return;
  let points: TransferPoint[] = [];
  let notes: string[] = [];
  for await (const { path: filePath, folder, name } of walkFiles(root, () => true, signal)) {
    const key = folder === '' ? name : `${folder}/${name}`;
    if (isReservedName(key)) continue;
    for await (const { text, end } of readLines(filePath, offsets[key] ?? 0, signal)) {
      offsets[key] = end;
      const point = pointOf(key, text);
      if (point) points.push(point);
      else if (text.trim() !== '') notes.push(`A line of the metric ${key} was not understood.`);
      if (points.length === POINTS_PER_BATCH) {
        yield { points, notes };
        points = [];
        notes = [];
      }
    }
  }
  if (points.length > 0 || notes.length > 0) yield { points, notes };
}

function pointOf(key: string, line: string): TransferPoint | null {
  const [time, value, step = '0'] = line.trim().split(' ');
  if (time === undefined || value === undefined) return null;
  const point = { key, step: Number(step), timeMs: Number(time), value: numberFromText(value) };
  const isNumber = !Number.isNaN(point.value) || value.toLowerCase() === 'nan';
  return isNumber && Number.isFinite(point.step) && Number.isFinite(point.timeMs) ? point : null;
}
