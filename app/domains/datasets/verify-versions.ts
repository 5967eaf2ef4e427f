import type { DatasetVersion, VerifyResult } from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { DataStore, StoreDamage } from '../../kernel/ports/data-store.ts';
import type { WorkMeter } from '../../storage/work-meter.ts';
import { manifestPages } from './manifest-files.ts';

const EXAMPLES = 5;

/** Read everything that versions hold, and say of each damage which of their files it harms. */
export async function verifyVersions(
  store: Pick<DataStore, 'verify' | 'list'>,
  versions: readonly DatasetVersion[],
  meter: WorkMeter,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<VerifyResult> {
  const manifests = [...new Set(versions.map(({ digest }) => digest))];
  const found = await store.verify({ manifests, contents: [] }, { signal, onProgress: meter.store });
  const damaged = [];
  for (const damage of found) {
    const { kind, name, reason } = damage;
    damaged.push({ kind, name, reason, versions: await harmed(store, versions, damage, signal) });
  }
  return {
    versions: versions.length,
    sizeBytes: versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    damaged,
  };
}

async function harmed(
  store: Pick<DataStore, 'list'>,
  versions: readonly DatasetVersion[],
  { contents }: StoreDamage,
  signal: AbortSignal,
): Promise<VerifyResult['damaged'][number]['versions']> {
  const lost = new Set(contents);
  const result = [];
  for (const version of versions) {
    const examples: string[] = [];
    let files = 0;
    if (lost.has(version.digest)) files = version.files;
    else {
      try {
        for await (const page of manifestPages(store, version.digest, signal)) {
          for (const file of page) {
            if (!lost.has(file.digest)) continue;
            files += 1;
            if (examples.length < EXAMPLES) examples.push(file.path);
          }
        }
      } catch (error) {
        // Its list of files is what cannot be read.
        if (!(error instanceof AppError) || error.code !== 'STORAGE_FAILED') throw error;
        files = version.files;
      }
    }
    if (files === 0) continue;
    const { id, datasetId, datasetName, version: number } = version;
    result.push({ id, datasetId, datasetName, version: number, files, examples });
  }
  return result;
}
