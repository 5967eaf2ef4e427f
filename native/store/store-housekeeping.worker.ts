import { parentPort, workerData } from 'node:worker_threads';
import { crossing } from '../tables/crossed-error.ts';
import { ContentReader } from './contents/content-reader.ts';
import { storeFault } from './contents/store-faults.ts';
import { collect } from './housekeeping/collect.ts';
import { findDamage } from './housekeeping/find-damage.ts';
import type {
  FromHousekeeping,
  HousekeepingData,
  HousekeepingResults,
} from './housekeeping/housekeeping-task.ts';
import { faultOfIndex } from './housekeeping/index-fault.ts';
import { InterruptedCheck } from './housekeeping/interrupted-check.ts';
import { remakeManifests } from './housekeeping/lost-manifests.ts';
import { NeededEntries } from './housekeeping/needed-entries.ts';
import { mendEnds } from './housekeeping/pack-ends.ts';
import { readPacks } from './housekeeping/read-packs.ts';
import { dropDamaged, goodCopies, rebuildIndex } from './housekeeping/repair-steps.ts';
import type { StoreParts } from './housekeeping/store-parts.ts';
import { usageOf } from './housekeeping/usage.ts';
import { StoreIndex } from './index/store-index.ts';
import { filesOf } from './manifest/files-of.ts';
import { BlockCodec } from './packs/block-codec.ts';
import { BlockReader } from './packs/block-reader.ts';

const PROGRESS_EVERY_MS = 100;

const { paths, task, abort } = workerData as HousekeepingData;
const send = (message: FromHousekeeping) => parentPort!.postMessage(message);

let toldMs = 0;
function tell(done: number, total: number | null): void {
  if (Atomics.load(abort, 0) !== 0) throw new DOMException('The work was cancelled.', 'AbortError');
  const now = performance.now();
  if (now - toldMs < PROGRESS_EVERY_MS && done !== total) return;
  toldMs = now;
  send({ kind: 'progress', done, total });
}

async function work(): Promise<HousekeepingResults[keyof HousekeepingResults]> {
  if (task.kind === 'index') return faultOfIndex(paths);
  const index = StoreIndex.open(paths.index);
  // Storing finds entries by digest only; here they are asked for block by block.
  index.database.exec('CREATE INDEX IF NOT EXISTS entries_by_block ON entries (block_id)');
  const codec = new BlockCodec();
  const blocks = new BlockReader(paths.packs, codec, index);
  const contents = new ContentReader(paths, index, blocks);
  const interrupted = new InterruptedCheck(paths);
  const parts: StoreParts = { paths, index, codec, blocks, contents };
  const needed = new NeededEntries(paths, index, contents, (manifest) => filesOf(contents, manifest));
  let done = 0;
  const add = (bytes: number) => {
    done += bytes;
    tell(done, null);
  };
  try {
    switch (task.kind) {
      case 'usage': {
        const packBytes = index.packs().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        return usageOf(needed, task.things, paths, packBytes, tell);
      }
      case 'packs':
        return readPacks(parts, task, (pack) => interrupted.add(pack), tell);
      case 'check':
        return findDamage(parts, task.read, task.roots && needed, task.roots, add);
      case 'collect': {
        const { roots, graceMs, dryRun } = task.request;
        needed.find([roots], () => tell(0, null));
        return await collect(parts, needed, { nowMs: task.nowMs, graceMs, dryRun, onBytes: add });
      }
      case 'mend':
        for (const pack of task.packs) await mendEnds(index, paths, pack);
        return null;
      case 'rebuild':
        rebuildIndex(index, paths);
        return null;
      case 'copies':
        return goodCopies([...task.copies, ...remakeManifests(paths, task.manifests, task.copies, add)], add);
      case 'drop':
        await dropDamaged(index, paths, task.damage);
        return null;
    }
  } finally {
    needed.close();
    blocks.forget();
    codec.close();
    index.close();
  }
}

work().then(
  (result) => send({ kind: 'done', result }),
  (error) => send({ kind: 'failed', error: crossing(storeFault(error, paths)) }),
);
