import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import type { ExportedRun, RunExporter } from '../../kernel/ports/run-transfer.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import { statusNumberOf } from './mlflow-facts.ts';
import { mlflowNames } from './mlflow-names.ts';

/**
 * An `mlruns` folder as MLflow's file store writes it: `mlflow ui --backend-store-uri FOLDER` shows it. Runs keep their ids. Artifacts are
 * copied; the paths in it are of the destination, as MLflow wants them.
 */
export function createMlrunsExporter(): RunExporter {
  return {
    format: 'mlflow',
    title: 'MLflow (mlruns folder)',
    async write(runs, folder, destination, signal) {
      const notes: string[] = [];
      const experiments = new Map<string, string>();
      for await (const run of runs) {
        signal.throwIfAborted();
        let id = experiments.get(run.experiment);
        if (id === undefined) {
          id = experimentId(run.experiment);
          experiments.set(run.experiment, id);
          await writeExperiment(path.join(folder, id), path.join(destination, id), id, run);
        }
        const place = path.join(id, run.id);
        notes.push(
          ...(await writeRun(run, id, path.join(folder, place), path.join(destination, place), signal)),
        );
      }
      return notes;
    },
  };
}

/** Eighteen digits, as MLflow's own; the same name always has the same. */
function experimentId(name: string): string {
  if (name === 'Default') return '0';
  const digest = createHash('sha256').update(name).digest();
  return String((digest.readBigUInt64BE() % 899_999_999_999_999_999n) + 100_000_000_000_000_000n);
}

const writeYaml = (filePath: string, value: object): Promise<void> =>
  fs.promises.writeFile(filePath, stringify(value, { version: '1.1', lineWidth: 0 }));

async function writeExperiment(
  folder: string,
  destination: string,
  id: string,
  { experiment, createdAt }: ExportedRun,
): Promise<void> {
  await fs.promises.mkdir(folder, { recursive: true });
  await writeYaml(path.join(folder, 'meta.yaml'), {
    artifact_location: pathToFileURL(destination).href,
    creation_time: createdAt,
    experiment_id: id,
    last_update_time: createdAt,
    lifecycle_stage: 'active',
    name: experiment,
  });
}

async function writeRun(
  run: ExportedRun,
  experiment: string,
  folder: string,
  destination: string,
  signal: AbortSignal,
): Promise<string[]> {
  for (const part of ['metrics', 'params', 'tags', 'artifacts'])
    await fs.promises.mkdir(path.join(folder, part), { recursive: true });
  await writeYaml(path.join(folder, 'meta.yaml'), {
    artifact_uri: pathToFileURL(path.join(destination, 'artifacts')).href,
    end_time: run.endedAt,
    entry_point_name: '',
    experiment_id: experiment,
    lifecycle_stage: 'active',
    run_id: run.id,
    run_name: run.name,
    run_uuid: run.id,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: run.startedAt ?? run.createdAt,
    status: statusNumberOf(run.status),
    tags: [],
    user_id: run.tags['mlflow.user'] ?? '',
  });
  const summary = Object.entries(run.summary).map(([key, value]) => [`summary.${key}`, String(value)]);
  const tags = { ...Object.fromEntries(summary), ...run.tags, 'mlflow.runName': run.name };
  const changed = [
    ...(await writeTexts(path.join(folder, 'params'), run.params)),
    ...(await writeTexts(path.join(folder, 'tags'), tags)),
  ];
  const names = mlflowNames(Object.keys(run.metrics));
  for await (const points of run.points()) {
    signal.throwIfAborted();
    const byKey = Map.groupBy(points, ({ key }) => key);
    for (const [key, ofKey] of byKey) {
      const file = inside(path.join(folder, 'metrics'), names.get(key)!);
      await fs.promises.mkdir(path.dirname(file), { recursive: true });
      const lines = ofKey.map(({ timeMs, value, step }) => `${timeMs} ${numberText(value)} ${step}\n`);
      await fs.promises.appendFile(file, lines.join(''));
    }
  }
  changed.push(...[...names].filter(([key, name]) => key !== name).map(([key]) => key));
  for (const artifact of run.artifacts) {
    signal.throwIfAborted();
    const target = inside(path.join(folder, 'artifacts'), artifact.path);
    await fs.promises.mkdir(path.dirname(target), { recursive: true });
    await fs.promises.copyFile(artifact.filePath, target, fs.constants.COPYFILE_FICLONE);
    await fs.promises.chmod(target, 0o644);
  }
  return changed.map((key) => `${run.name}: MLflow allows no "${key}"; the name was changed.`);
}

/** @returns keys that had to be changed */
async function writeTexts(
  root: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<string[]> {
  const names = mlflowNames(Object.keys(values));
  for (const [key, name] of names) {
    const file = inside(root, name);
    await fs.promises.mkdir(path.dirname(file), { recursive: true });
    await fs.promises.writeFile(file, String(values[key]));
  }
  return [...names].filter(([key, name]) => key !== name).map(([key]) => key);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? 'inf' : '-inf';
}
