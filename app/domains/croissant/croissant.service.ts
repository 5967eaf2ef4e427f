import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { CroissantResult } from '../../contract/croissant.contract.ts';
import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { CroissantFacts, DescribeCroissant } from '../../kernel/ports/croissant.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import type { Datasets } from '../datasets/index.ts';

const DESCRIPTION = 'croissant.json';
const PIECE_BYTES = 1 << 20;
const PAGE_FILES = 1000;

export interface CroissantWish {
  /** What the data set is, in words. */
  readonly description: string;
  readonly folder: string;
  readonly license: string | null;
  readonly url: string | null;
}

export type Croissant = ReturnType<typeof createCroissant>;

/** Versions with a description that other tools read. */
export function createCroissant(
  core: Pick<Core, 'jobs'>,
  parts: { readonly datasets: Pick<Datasets, 'files' | 'openFile'>; readonly describe: DescribeCroissant },
) {
  return {
    /**
     * Start writing the files of a version into a new or empty folder, and their description last: a folder without one is not whole. What an interrupted
     * export wrote is removed.
     *
     * @returns a job whose result is a `CroissantResult`
     * @throws AppError INVALID_INPUT, ALREADY_EXISTS
     */
    async export(version: DatasetVersion, wish: CroissantWish): Promise<Job> {
      await refuseFilled(wish.folder);
      const title = `Export ${version.datasetName}@${version.version} as Croissant`;
      return core.jobs.start({ kind: 'dataset.export', title }, (context) =>
        write(parts, version, wish, context),
      );
    },
  };
}

async function refuseFilled(folder: string): Promise<void> {
  if (!path.isAbsolute(folder)) {
    throw new AppError('INVALID_INPUT', `"${folder}" is not an absolute path.`, {
      details: { path: folder },
    });
  }
  const entries = await fs.promises.readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fromSystemError(error, folder);
  });
  if (entries.length === 0) return;
  throw new AppError('ALREADY_EXISTS', `${folder} holds something already.`, {
    nextStep: 'Name a new or an empty folder.',
    details: { path: folder },
  });
}

async function write(
  { datasets, describe }: Parameters<typeof createCroissant>[1],
  version: DatasetVersion,
  { folder, license, url, description }: CroissantWish,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<CroissantResult> {
  const { datasetName: name, digest, author, createdAt, format, columns, labelColumn } = version;
  const files: CroissantFacts['files'][number][] = [];
  let written = 0;
  try {
    await fs.promises.mkdir(folder, { recursive: true });
    for (let offset = 0; ; offset += PAGE_FILES) {
      const page = await datasets.files(version, { offset, limit: PAGE_FILES });
      for (const file of page.files) {
        // The description that a version was imported with is written anew.
        if (file.path === DESCRIPTION) continue;
        const sha256 = await copyOut(
          await datasets.openFile(version, file.path),
          inside(folder, file.path),
          signal,
        );
        files.push({ path: file.path, sizeBytes: file.sizeBytes, sha256 });
        written += file.sizeBytes;
        const fraction = written / Math.max(1, version.sizeBytes);
        progress({
          fraction: Math.min(1, fraction),
          message: 'Writing files',
          rate: null,
          remainingMs: null,
        });
      }
      if (offset + PAGE_FILES >= page.total) break;
    }
    const facts = { name, version: version.version, digest, author, createdAt, format, columns, labelColumn };
    const document = describe({ ...facts, description, license, url, files });
    const filePath = path.join(folder, DESCRIPTION);
    await writeFileDurably(filePath, `${JSON.stringify(document, null, 2)}\n`, 0o644);
    return { path: filePath, files: files.length, sizeBytes: written };
  } catch (error) {
    for (const { path: relative } of files) await fs.promises.rm(inside(folder, relative), { force: true });
    throw fromSystemError(error, folder);
  }
}

/** @returns SHA-256 of the file, in hex digits */
async function copyOut(
  file: Awaited<ReturnType<Datasets['openFile']>>,
  destination: string,
  signal: AbortSignal,
): Promise<string> {
  await fs.promises.mkdir(path.dirname(destination), { recursive: true });
  const target = await fs.promises.open(destination, 'wx', 0o644);
  const hash = createHash('sha256');
  try {
    for (let offset = 0; offset < file.sizeBytes; ) {
      signal.throwIfAborted();
      const bytes = await file.read(offset, PIECE_BYTES);
      hash.update(bytes);
      await target.write(bytes, 0, bytes.length, offset);
      offset += bytes.length;
    }
    await target.sync();
  } catch (error) {
    await fs.promises.rm(destination, { force: true });
    throw error;
  } finally {
    await target.close();
  }
  return hash.digest('hex');
}
