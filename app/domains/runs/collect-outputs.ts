import fs from 'node:fs';
import path from 'node:path';
import type { ArtifactId, RunId } from '../../contract/ids.ts';
import type { Artifact } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { hopeless, storeArtifact } from './run-ingest.ts';

/** A program that writes more files than this has made a data set, not results; the rest stays in the run's folder. */
const MOST_FILES = 10_000;

/**
 * Take what an ended program left and never named: everything below `outputs/`, and the files of its working folder that match
 * the recipe's patterns. What is an artifact already is passed over.
 *
 * @returns the new artifacts, stored as objects but not yet written down
 */
export async function collectOutputs(
  core: Pick<Core, 'folders' | 'clock' | 'log'>,
  objects: ObjectStore,
  run: RunId,
  patterns: readonly string[],
  known: ReadonlySet<string>,
): Promise<Artifact[]> {
  const folder = core.folders.run(run);
  const found = [
    ...(await filesBelow(path.join(folder, 'outputs'), () => true)),
    ...(patterns.length === 0
      ? []
      : await filesBelow(path.join(folder, 'code'), (name) =>
          // A pattern that names a folder stands for all that is in it.
          patterns.some(
            (pattern) =>
              path.matchesGlob(name, pattern) || path.matchesGlob(name, path.posix.join(pattern, '**')),
          ),
        )),
  ];
  const taken = new Map<string, Artifact>();
  for (const { root, name } of found) {
    if (known.has(name) || taken.has(name)) continue;
    if (taken.size === MOST_FILES) {
      core.log.warn('more outputs than are taken', { run, most: MOST_FILES });
      break;
    }
    try {
      const { digest, sizeBytes } = await storeArtifact(objects, root, name);
      taken.set(name, {
        id: newId<ArtifactId>(core.clock.now()),
        path: name,
        sizeBytes,
        digest,
        kind: kindOf(name),
        key: null,
        step: null,
        createdAt: core.clock.now(),
      });
    } catch (error) {
      if (!(error instanceof AppError) || !hopeless.has(error.code)) throw error;
      core.log.warn('an output was not taken', { path: name, reason: error.message });
    }
  }
  return [...taken.values()];
}

async function filesBelow(root: string, wanted: (name: string) => boolean) {
  const entries = await fs.promises
    .readdir(root, { recursive: true, withFileTypes: true })
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => ({
      root,
      name: path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    }))
    .filter(({ name }) => wanted(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(name: string): Artifact['kind'] {
  if (/\.(png|jpe?g|gif|webp|svg)$/i.test(name)) return 'image';
  if (/\.(csv|tsv|parquet|jsonl)$/i.test(name)) return 'table';
  return /\.onnx$/i.test(name) ? 'model' : 'file';
}
