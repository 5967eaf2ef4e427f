import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { CheckoutRequest } from '../../../app/kernel/ports/data-store.ts';
import { isCutShort } from '../checkout/cut-short.ts';
import { FolderMemory } from '../checkout/folder-memory.ts';
import { FolderPlan, planUpdate } from '../checkout/plan-update.ts';
import { batches, filesToRead, inFlight } from '../pool/batches.ts';
import type { SharedControl } from '../pool/session-control.ts';
import type { Memory } from '../sources/memory-file.ts';
import { VersionTree } from '../sources/version-tree.ts';
import { checkSources } from './check-sources.ts';
import type { CheckoutContext, Part } from './checkout.ts';
import type { Keeper } from './keeper.ts';
import { allSections, lookAtSources, type Sight } from './look-at-sources.ts';

const DIGEST_BYTES = 32;
/** So many of the files that stand in the way are named. */
const NAMED_FILES = 5;

/**
 * Find out how a folder differs from a version and take away what has to go. Nothing is touched if a file stands in the way that is not as
 * the last checkout left it, unless `overwrite` was asked for. With `refuse`, an interrupted checkout of this version goes on, and
 * everything that it has not left stands in the way.
 *
 * @throws AppError CONFLICT or ALREADY_EXISTS, naming such files; PATH_UNREADABLE for links, pipes, sockets and devices
 */
export async function clearForUpdate(
  context: CheckoutContext,
  { folder, existing }: CheckoutRequest,
  part: Part,
  left: Memory | null,
): Promise<FolderPlan> {
  const { keeper, control } = context;
  const plan = new FolderPlan(Date.now());
  const tree = await lookAtFolder(context, folder);
  planUpdate(plan, folder, (visit) => tree.visit(visit), part, left && new FolderMemory(left));
  await readUnknown(keeper, plan, control);
  const foreign = existing === 'overwrite' ? [] : notCutShort(keeper, folder, plan, existing === 'refuse');
  if (foreign.length > 0) throw inTheWay(folder, foreign, existing);
  remove(folder, plan.remove);
  makeWritable(folder, plan);
  return plan;
}

/** A kill right after a file was cloned leaves it as read-only as what it was cloned from; its mode is the version's. */
function makeWritable(folder: string, { unknown }: FolderPlan): void {
  for (const { file, wanted } of unknown) {
    const filePath = path.join(folder, file.name);
    const stat = fs.lstatSync(filePath, { throwIfNoEntry: false });
    if (wanted && stat && (stat.mode & 0o200) === 0) fs.chmodSync(filePath, wanted.mode & ~process.umask());
  }
}

/** Everything that is in a folder. @throws AppError PATH_UNREADABLE for anything but files and folders */
async function lookAtFolder(
  { keeper, call, control }: CheckoutContext,
  folder: string,
): Promise<VersionTree> {
  const sources = checkSources([{ path: folder, name: '' }], keeper.paths);
  const settings = { sources: [{ path: folder, name: '' }], include: [], exclude: [], memory: null };
  const seen: Sight = { buffers: [], files: 0, bytes: 0, changedFiles: 0, changedBytes: 0 };
  await lookAtSources(keeper.pool, call, sources, null, settings, control, seen);
  const tree = new VersionTree(settings.sources);
  for (const { buffer, at } of allSections(seen)) tree.add(buffer, at);
  return tree;
}

async function readUnknown(keeper: Keeper, plan: FolderPlan, control: SharedControl): Promise<void> {
  await inFlight(keeper.pool, batches(plan.unknown), async (files) => {
    const job = { kind: 'hashFiles', files: filesToRead(files) } as const;
    const digests = Buffer.from(await keeper.pool.run(job, control));
    for (const [at, { file, wanted, left }] of files.entries()) {
      const digest = digests.toString('hex', at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES);
      plan.settle(file, wanted, digest, digest === left, false);
    }
  });
}

/**
 * Of the files that nobody knows, those that are not what a killed checkout has left of this version.
 *
 * @param isNoted whether it is known that a checkout of this version was interrupted here
 */
function notCutShort(
  { contents }: Keeper,
  folder: string,
  { foreign, write }: FolderPlan,
  isNoted: boolean,
): string[] {
  if (foreign.length === 0) return [];
  const wanted = new Map(write.map((file) => [file.path, file]));
  return foreign.filter((name) => {
    const file = wanted.get(name);
    return !file || !isCutShort(contents, path.join(folder, name), file, isNoted);
  });
}

/** Folders that become empty go too. */
function remove(folder: string, names: readonly string[]): void {
  const parents = new Set<string>();
  for (const name of names) {
    const filePath = path.join(folder, name);
    try {
      fs.unlinkSync(filePath);
    } catch (error) {
      throw fromSystemError(error, filePath);
    }
    for (let at = path.dirname(name); at !== '.'; at = path.dirname(at)) parents.add(at);
  }
  const deepestFirst = [...parents].sort((a, b) => b.split('/').length - a.split('/').length);
  for (const parent of deepestFirst) {
    const parentPath = path.join(folder, parent);
    if (fs.readdirSync(parentPath).length === 0) fs.rmdirSync(parentPath);
  }
}

function inTheWay(folder: string, names: readonly string[], existing: CheckoutRequest['existing']): AppError {
  const named = names.slice(0, NAMED_FILES).join(', ');
  const more = names.length > NAMED_FILES ? ` and ${names.length - NAMED_FILES} more` : '';
  const details = { path: folder, files: names.length };
  if (existing === 'refuse') {
    const what = `files that are not of this version: ${named}${more}`;
    return new AppError(
      'ALREADY_EXISTS',
      `A checkout into ${folder} was interrupted, and there are ${what}.`,
      {
        nextStep: 'Move them elsewhere and try again, or choose an empty folder.',
        details,
      },
    );
  }
  return new AppError('CONFLICT', `${folder} has files that were changed or added since: ${named}${more}.`, {
    nextStep: 'Move them elsewhere, or say that they are to be overwritten.',
    details,
  });
}
