import { AppError } from '../../../app/kernel/app-error.ts';
import type { StoredTree, StoreProgress, StoreTreeRequest } from '../../../app/kernel/ports/data-store.ts';
import type { LookSettings } from '../pool/pool-messages.ts';
import { progressOf, type SharedControl } from '../pool/session-control.ts';
import { type Memory, memoryPath, readMemory, writeMemory } from '../sources/memory-file.ts';
import { nameFilter } from '../sources/name-filter.ts';
import { manifestText, VersionTree } from '../sources/version-tree.ts';
import { checkSources } from './check-sources.ts';
import type { Keeper } from './keeper.ts';
import { allSections, lookAtSources, type Sight } from './look-at-sources.ts';
import { previousFiles } from './previous-files.ts';
import { readChanged } from './read-changed.ts';
import { writeManifest } from './write-manifest.ts';

/** How far a call has come; asked several times a second. */
export type TellProgress = () => StoreProgress;

/**
 * Take files in. First everything is listed and compared with what is remembered, so that the whole of the work is known; then what
 * changed is read; last the manifest is made and everything is made durable.
 *
 * @param call tells calls apart
 * @param progress told which function says how far the call is
 */
export async function storeTree(
  keeper: Keeper,
  call: number,
  request: StoreTreeRequest,
  control: SharedControl,
  progress: (tell: TellProgress) => void,
): Promise<StoredTree> {
  const sources = checkSources(request.sources, keeper.paths);
  const names = sources.map(({ name }) => name);
  const memory = remembered(keeper, request);
  const patterns = { include: request.include ?? [], exclude: request.exclude ?? [] };
  const settings: LookSettings = {
    sources: sources.map(({ path, name }) => ({ path, name })),
    ...patterns,
    memory: memory && {
      bytes: memory.sections,
      lookedAtMs: memory.head.lookedAtMs,
      hasSameFilter: JSON.stringify(memory.head.patterns) === JSON.stringify(patterns),
    },
  };
  const filter = nameFilter(settings.include, settings.exclude);
  const lookedAtMs = Date.now();
  const seen: Sight = { buffers: [], files: 0, bytes: 0, changedFiles: 0, changedBytes: 0 };
  progress(() => ({
    phase: 'looking',
    files: seen.files,
    bytes: seen.bytes,
    totalFiles: null,
    totalBytes: null,
  }));
  await lookAtSources(keeper.pool, call, sources, filter, settings, control, seen);
  if (seen.files === 0) throw nothingThere(request);

  const { files, bytes: sizeBytes, changedFiles, changedBytes } = seen;
  // Every file was found in the memory, and there are no more in it: they are the same files.
  const isSame = memory !== null && changedFiles === 0 && files === memory.head.files;
  if (isSame && sameNames(memory.head.names, names)) {
    return { manifest: memory.head.manifest, files, sizeBytes, readBytes: 0, addedBytes: 0 };
  }

  const { manifest, addedBytes } = await keeper
    .storing(control, async (session) => {
      progress(() => ({
        phase: 'storing',
        ...progressOf(control),
        totalFiles: changedFiles,
        totalBytes: changedBytes,
      }));
      const previous = previousFiles(keeper, request.previous, files);
      await readChanged(keeper.pool, settings.sources, seen, previous, control);
      progress(() => ({
        phase: 'sealing',
        ...{ files: changedFiles, bytes: changedBytes, totalFiles: changedFiles, totalBytes: changedBytes },
      }));
      const tree = new VersionTree(settings.sources);
      for (const { buffer, at } of allSections(seen)) tree.add(buffer, at);
      return {
        manifest: await writeManifest(
          keeper,
          control,
          memory?.head.manifest ?? request.previous ?? null,
          (visit) => tree.visit((path, entry) => visit(manifestText(path, entry))),
        ),
        session,
      };
    })
    .then(({ manifest, session }) => ({ manifest, addedBytes: session.addedBytes }));

  if (request.memory !== null) {
    const { epoch } = keeper.index;
    writeMemory(
      memoryPath(keeper.paths.memories, request.memory),
      { manifest, files, sizeBytes, lookedAtMs, names, patterns, epoch },
      seen.buffers,
    );
  }
  return { manifest, files, sizeBytes, readBytes: changedBytes, addedBytes };
}

/** What is remembered, as far as it may be trusted. */
function remembered(keeper: Keeper, { memory: key, rehash }: StoreTreeRequest): Memory | null {
  if (key === null || rehash) return null;
  const memory = readMemory(memoryPath(keeper.paths.memories, key));
  if (!memory || memory.head.epoch !== keeper.index.epoch) return null;
  return keeper.contents.locate(Buffer.from(memory.head.manifest, 'hex')) ? memory : null;
}

function sameNames(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && before.every((name, at) => name === now[at]);
}

function nothingThere({ sources, include = [], exclude = [] }: StoreTreeRequest): AppError {
  const where = sources.map(({ path }) => path).join(', ');
  const filtered = include.length + exclude.length > 0;
  return new AppError('INVALID_INPUT', `There are no files ${filtered ? 'left ' : ''}in ${where}.`, {
    nextStep: filtered
      ? 'Change the patterns of what is taken and left out.'
      : 'Name a folder that holds files.',
    details: { path: sources[0]?.path ?? '' },
  });
}
