import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../../app/contract/ids.ts';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import { syncFolder } from '../../../app/kernel/durable-file.ts';
import type { CheckedOutTree, CheckoutRequest, ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import { forgetUnfinished, isUnfinished, noteUnfinished } from '../checkout/unfinished.ts';
import { leftFiles, PART_BYTES } from '../checkout/write-files.ts';
import type { ManifestView } from '../manifest/manifest-view.ts';
import { inFlight } from '../pool/batches.ts';
import type { FilesToWrite } from '../pool/pool-messages.ts';
import { progressOf, type SharedControl } from '../pool/session-control.ts';
import type { Keeper } from './keeper.ts';
import { readLeft, rememberLeft } from './remember-folder.ts';
import type { TellProgress } from './store-tree.ts';
import { clearForUpdate } from './update-folder.ts';

/** Groups of a manifest's files that one job writes. */
const GROUPS_A_JOB = 2;
const FILES_A_JOB = 512;

/** What a call works with. */
export interface CheckoutContext {
  readonly keeper: Keeper;
  readonly call: number;
  readonly control: SharedControl;
  readonly progress: (tell: TellProgress) => void;
}

/** The files of a manifest that a checkout is about: neighbours in its order. */
export interface Part {
  readonly view: ManifestView;
  readonly from: number;
  readonly to: number;
}

/** Write the files of a manifest into a folder. One that was interrupted goes on where the same is asked for again. */
export async function checkout(context: CheckoutContext, request: CheckoutRequest): Promise<CheckedOutTree> {
  const { keeper } = context;
  const { prefix = '' } = request;
  const view = keeper.manifest(request.manifest);
  const part: Part = { view, ...view.withPrefix(prefix) };
  const isEmpty = makeFolder(request.folder);
  const folder = fs.realpathSync(request.folder);
  const release = keeper.writeAlone(folder);
  try {
    if (isEmpty) return await fill(context, request, part, folder);
    return await update(context, request, part, folder);
  } finally {
    release();
  }
}

/** Write into an empty folder. @param real its path without links */
async function fill(
  context: CheckoutContext,
  request: CheckoutRequest,
  part: Part,
  real: string,
): Promise<CheckedOutTree> {
  const { keeper } = context;
  const { folder, manifest, sealed, prefix = '' } = request;
  const total = part.to - part.from;
  // Sealed folders are made in places that nobody knows yet, and begun anew.
  if (!sealed) await noteUnfinished(keeper.paths.checkouts, real, { manifest, prefix });
  const { writtenBytes, left } = await write(context, request, slices(part, prefix), total);
  if (sealed) await seal(folder);
  else {
    rememberLeft(keeper, request, left);
    forgetUnfinished(keeper.paths.checkouts, real);
  }
  return { written: total, removed: 0, unchanged: 0, writtenBytes };
}

/** Write what is missing into a folder that holds something. */
async function update(
  context: CheckoutContext,
  request: CheckoutRequest,
  part: Part,
  real: string,
): Promise<CheckedOutTree> {
  const { keeper, progress, control } = context;
  const { folder, manifest, sealed, prefix = '', existing } = request;
  const goesOn = existing === 'refuse';
  if (goesOn && (sealed || !isUnfinished(keeper.paths.checkouts, real, { manifest, prefix }))) {
    throw alreadyThere(folder);
  }
  progress(() => ({ phase: 'looking', ...progressOf(control), totalFiles: null, totalBytes: null }));
  // What was interrupted has left files that nobody remembers: each is read.
  const plan = await clearForUpdate(context, request, part, goesOn ? null : readLeft(keeper, folder));
  // Decisions about files that had to be read came in any order.
  plan.write.sort((a, b) => (a.path < b.path ? -1 : 1));
  const { writtenBytes, left } = await write(context, request, lists(plan.write), plan.write.length);
  if (sealed) await seal(folder);
  else rememberLeft(keeper, request, [...plan.kept(), ...left]);
  forgetUnfinished(keeper.paths.checkouts, real);
  const rewritten = new Set(plan.write.map(({ path }) => path));
  const removed = plan.remove.filter((name) => !rewritten.has(name)).length;
  return { written: plan.write.length, removed, unchanged: plan.unchanged, writtenBytes };
}

/** @param work which files, job by job @returns what was left, section by section */
async function write(
  { keeper, call, control, progress }: CheckoutContext,
  { folder, sealed, twin: given }: CheckoutRequest,
  work: Iterator<FilesToWrite['files']>,
  totalFiles: number,
): Promise<{ readonly writtenBytes: number; readonly left: Uint8Array[] }> {
  progress(() => ({ phase: 'writing', ...progressOf(control), totalFiles, totalBytes: null }));
  const { pool } = keeper;
  // Sealed folders share nothing with others: whatever becomes of those, these stay.
  const job = { kind: 'writeFiles', call, folder, sealed, twin: sealed ? null : (given ?? null) } as const;
  const [large, later, cloned]: [ManifestFile[], ManifestFile[], ManifestFile[]] = [[], [], []];
  const sections: { readonly order: number; readonly bytes: Uint8Array }[] = [];
  let order = 0;
  let writtenBytes = 0;
  await inFlight(pool, work, async (files) => {
    const place = order++;
    const result = await pool.run({ ...job, files }, control);
    writtenBytes += result.bytes;
    large.push(...result.large);
    later.push(...result.later);
    if (!sealed) sections.push({ order: place, bytes: result.left });
  });
  await inFlight(pool, later.values(), async (file) => {
    const result = await pool.run({ ...job, files: [file] }, control);
    writtenBytes += result.bytes;
    (result.large.length > 0 ? large : cloned).push(file);
  });
  await inFlight(pool, parts(large), async ({ file, from }) => {
    await pool.run({ kind: 'writePart', folder, file, from }, control);
    writtenBytes += Math.min(PART_BYTES, file.sizeBytes - from);
  });
  const unordered = [...large, ...cloned];
  const stats = new Map(unordered.map((file) => [file, fs.lstatSync(path.join(folder, file.path))]));
  sections.sort((a, b) => a.order - b.order);
  return { writtenBytes, left: [...sections.map(({ bytes }) => bytes), leftFiles(unordered, stats, true)] };
}

function* slices({ view, from, to }: Part, prefix: string): Generator<FilesToWrite['files']> {
  if (from >= to) return;
  const last = view.groupOf(to - 1);
  const manifest = view.digest.toString('hex') as Digest;
  for (let group = view.groupOf(from); group <= last; group += GROUPS_A_JOB) {
    const end = Math.min(group + GROUPS_A_JOB - 1, last);
    yield { manifest, from: view.groupRange(group).from, to: view.groupRange(end).to, prefix };
  }
}

function* lists(files: readonly ManifestFile[]): Generator<FilesToWrite['files']> {
  for (let at = 0; at < files.length; at += FILES_A_JOB) yield files.slice(at, at + FILES_A_JOB);
}

function* parts(
  files: readonly ManifestFile[],
): Generator<{ readonly file: ManifestFile; readonly from: number }> {
  for (const file of files) {
    for (let from = 0; from < file.sizeBytes; from += PART_BYTES) yield { file, from };
  }
}

/** Make it where it is not there. @returns whether it is empty */
function makeFolder(folder: string): boolean {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
    return fs.readdirSync(folder).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(folder);
    throw fromSystemError(error, folder);
  }
}

function alreadyThere(folder: string): AppError {
  return new AppError('ALREADY_EXISTS', `There is already something at ${folder}.`, {
    nextStep: 'Choose an empty folder, or say that this one is to be updated.',
    details: { path: folder },
  });
}

/** Flush all that was written, innermost first, and make the folders read-only. */
async function seal(folder: string): Promise<void> {
  for (const entry of await fs.promises.readdir(folder, { withFileTypes: true })) {
    const entryPath = path.join(folder, entry.name);
    if (entry.isDirectory()) await seal(entryPath);
    else {
      const file = await fs.promises.open(entryPath, 'r');
      await file.sync().finally(() => file.close());
    }
  }
  await syncFolder(folder);
  await fs.promises.chmod(folder, 0o555);
}
