import { parentPort, workerData } from 'node:worker_threads';
import type { ManifestFile } from '../../app/kernel/ports/data-store.ts';
import { releaseBytes } from '../release-bytes.ts';
import { crossing } from '../tables/crossed-error.ts';
import { Twin } from './checkout/twin.ts';
import { type Writing, type WrittenFiles, writeFiles, writePart } from './checkout/write-files.ts';
import { ContentReader } from './contents/content-reader.ts';
import { storeFault } from './contents/store-faults.ts';
import { StoreIndex } from './index/store-index.ts';
import { readFiles } from './manifest/manifest-view.ts';
import { BlockCodec } from './packs/block-codec.ts';
import { BlockReader } from './packs/block-reader.ts';
import { type Dictionary, dictionaryFor } from './packs/dictionary.ts';
import { PackWriter } from './packs/pack-writer.ts';
import { ContentStorer } from './pool/content-storer.ts';
import { Help } from './pool/help.ts';
import type {
  EntriesToPack,
  FilesToWrite,
  FromPool,
  LookSettings,
  PoolJob,
  PoolResults,
  PoolThreadData,
  ToPool,
} from './pool/pool-messages.ts';
import { ThreadControl } from './pool/session-control.ts';
import { WantedChunks } from './pool/wanted-chunks.ts';
import { hashFiles } from './sources/hash-files.ts';
import { type LookRequest, lookAtFolders } from './sources/look-at-folders.ts';
import { nameFilter } from './sources/name-filter.ts';
import { SourceMemory } from './sources/source-memory.ts';

/** One thread of the store's pool: it does one job at a time, from start to end, and tells the store's thread. */
const port = parentPort!;
const { paths, thread, answers, help } = workerData as PoolThreadData;
const codec = new BlockCodec();
const writer = new PackWriter(paths.packs, codec, (similar) => reading().dictionaryFor(similar));
let storer: ContentStorer | undefined;
let reader: Reading | undefined;

interface Reading {
  readonly contents: ContentReader;
  readonly dictionaryFor: (similar: readonly Uint8Array[]) => Dictionary | null;
}

/** After so many files others may take over the folders that are left. */
const FILES_BEFORE_SHARING = 2048;
/** What was made for the latest call. */
let writing: { readonly call: number; readonly files: Writing } | undefined;
let looking: { readonly call: number; readonly request: LookRequest } | undefined;

port.on('message', ({ job, control }: ToPool) => {
  try {
    const result = work(job, new ThreadControl(control, thread));
    tell({ kind: 'done', result }, transferable(result));
  } catch (error) {
    const lostPack = writer.isBroken;
    if (lostPack) {
      storer?.abandon();
      writer.abandon();
    } else storer?.dropUnasked();
    tell({ kind: 'failed', error: crossing(storeFault(error, paths)), lostPack });
  }
});

function work(job: PoolJob, control: ThreadControl): PoolResults[PoolJob['kind']] {
  storer ??= new ContentStorer(
    new WantedChunks(port, answers),
    writer,
    new Help(port, help),
    contents,
    finishPack,
  );
  switch (job.kind) {
    case 'look': {
      control.check();
      const request = lookRequest(job.call, job.settings);
      return lookAtFolders(request, job.folders, (files, folders) => {
        control.check();
        return folders > 1 && (files >= FILES_BEFORE_SHARING || control.othersWait);
      });
    }
    case 'storeFiles':
      return storer.storeFiles(job.files, control);
    case 'storeLarge':
      return storer.storeLarge(job.file, control);
    case 'pack':
      packEntries(job);
      return null;
    case 'hashFiles':
      return hashFiles(job.files, control);
    case 'storeBytes':
      return storer.storeBytes(job.bytes, job.similar);
    case 'settle':
      storer.settle();
      return null;
    case 'finishPack':
      storer.settle();
      return finishPack();
    case 'forget':
      reader?.contents.forget();
      return null;
    case 'writeFiles':
      return write(job, control);
    case 'writePart':
      writePart(contents(), job.folder, job.file, job.from, control);
      return null;
  }
}

function packEntries({ entries, bytes }: EntriesToPack): void {
  let at = 0;
  for (const { digest, kind, sizeBytes, similar } of entries) {
    writer.add(digest, kind, bytes.subarray(at, at + sizeBytes), similar);
    at += sizeBytes;
  }
  releaseBytes(bytes);
  if (writer.isFull) finishPack();
}

function finishPack(): boolean {
  const pack = writer.finish();
  if (pack) tell({ kind: 'pack', pack }, [pack.directory.buffer]);
  return pack !== null;
}

function write({ call, folder, sealed, twin, files }: FilesToWrite, control: ThreadControl): WrittenFiles {
  if (writing?.call !== call) {
    writing = {
      call,
      files: { folder, sealed, known: new Set(), twin: twin === null ? null : new Twin(twin) },
    };
  }
  return writeFiles(contents(), writing.files, filesToWrite(files), control);
}

function filesToWrite(files: FilesToWrite['files']): readonly ManifestFile[] {
  if (!('manifest' in files)) return files;
  const { manifest, from, to, prefix } = files;
  const all = readFiles(contents(), Buffer.from(manifest, 'hex'), from, to);
  return prefix === '' ? all : all.filter(({ path }) => path.startsWith(prefix));
}

/** Reading needs the index, which not every thread has to open. */
function reading(): Reading {
  if (reader) return reader;
  const index = StoreIndex.openForReading(paths.index);
  const blocks = new BlockReader(paths.packs, codec, index);
  reader = {
    contents: new ContentReader(paths, index, blocks),
    dictionaryFor: (similar: readonly Uint8Array[]) => dictionaryFor(similar, index, blocks),
  };
  return reader;
}

function contents(): ContentReader {
  return reading().contents;
}

function lookRequest(call: number, { sources, include, exclude, memory }: LookSettings): LookRequest {
  if (looking?.call !== call) {
    looking = {
      call,
      request: {
        sources,
        filter: nameFilter(include, exclude),
        memory: memory && new SourceMemory(memory.bytes, memory.lookedAtMs),
        hasSameFilter: memory?.hasSameFilter ?? false,
      },
    };
  }
  return looking.request;
}

function transferable(result: PoolResults[PoolJob['kind']]): ArrayBuffer[] {
  if (result instanceof Uint8Array) return [result.buffer];
  if (typeof result !== 'object' || !result) return [];
  return [('sections' in result ? result.sections : result.left).buffer];
}

function tell(message: FromPool, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
