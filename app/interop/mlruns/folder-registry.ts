import fs from 'node:fs';
import path from 'node:path';
import type { ImportedModel, ImportedModelVersion } from '../../kernel/ports/run-transfer.ts';
import type { KeyValue } from '../../kernel/ports/tracking.ts';
import { isReservedName, readSmallText, statOf, walkFiles } from '../source-files.ts';
import { readYaml } from '../yaml-facts.ts';
import { noPlace, versionPlace } from './version-place.ts';

const LONGEST_TEXT_BYTES = 1 << 20;

/** Registered models of a file store: a folder for each in `models`, beside the experiments, with a folder for each version. */
export async function folderModels(source: string, signal: AbortSignal): Promise<ImportedModel[]> {
  const models: ImportedModel[] = [];
  for (const root of [source, path.join(source, 'mlruns')]) {
    const folder = path.join(root, 'models');
    for (const name of await foldersOf(folder)) {
      signal.throwIfAborted();
      // Models that runs logged lie in folders of the same name, below an experiment.
      const model = /^m-[0-9a-f]{32}$/.test(name) ? null : await modelOf(path.join(folder, name), signal);
      if (model) models.push(model);
    }
  }
  return models;
}

async function modelOf(folder: string, signal: AbortSignal): Promise<ImportedModel | null> {
  const meta = await readYaml(path.join(folder, 'meta.yaml'));
  if (typeof meta?.name !== 'string') return null;
  const { name } = meta;
  const versions: ImportedModelVersion[] = [];
  const notes: string[] = [];
  for (const entry of await foldersOf(folder)) {
    const version = Number(/^version-(\d+)$/.exec(entry)?.[1] ?? Number.NaN);
    const said = Number.isSafeInteger(version) ? await readYaml(path.join(folder, entry, 'meta.yaml')) : null;
    // Of a version that was deleted only the folder is left.
    if (said === null || said.current_stage === 'Deleted_Internal') continue;
    const run = textOf(said.run_id);
    const place = versionPlace(textOf(said.source), run);
    if (run === '' || place === null) notes.push(noPlace(name, version));
    else {
      versions.push({
        version,
        run,
        path: place,
        description: textOf(said.description),
        stage: textOf(said.current_stage) || 'None',
        tags: await pairs(path.join(folder, entry, 'tags'), signal),
      });
    }
  }
  versions.sort((a, b) => a.version - b.version);
  const aliases = (await pairs(path.join(folder, 'aliases'), signal)).map(
    ({ key, value }) => [key, Number(value)] as const,
  );
  return {
    name,
    description: textOf(meta.description),
    tags: await pairs(path.join(folder, 'tags'), signal),
    aliases: Object.fromEntries(aliases.filter(([, version]) => Number.isSafeInteger(version))),
    versions,
    notes,
  };
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** A file for each tag or alias, named by its key. */
async function pairs(root: string, signal: AbortSignal): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  if (!(await statOf(root))?.isDirectory()) return found;
  for await (const { path: filePath, folder, name } of walkFiles(root, () => true, signal)) {
    const key = folder === '' ? name : `${folder}/${name}`;
    if (isReservedName(key)) continue;
    found.push({ key, value: (await readSmallText(filePath, LONGEST_TEXT_BYTES)) ?? '' });
  }
  return found;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
