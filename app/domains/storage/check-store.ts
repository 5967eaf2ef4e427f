import type { Damage, StoreCheck } from '../../contract/storage.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { DataStore, StoreDamage } from '../../kernel/ports/data-store.ts';
import type { KeptThing } from '../../kernel/ports/storage-keeper.ts';
import { WorkMeter } from '../../storage/work-meter.ts';
import { allThings, rootsOf } from './all-things.ts';
import type { StorageParts } from './storage.service.ts';

const MOST_CONTENTS = 1000;
const FILES_AT_A_TIME = 1000;
const MOST_NAMED = 5;

/** Read what things need, or mend it, and say what damage harms. */
export async function checkStore(
  core: Core,
  { store, keepers, copies }: StorageParts,
  repair: boolean,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<StoreCheck> {
  const things = await allThings(keepers);
  const roots = rootsOf(things);
  const meter = new WorkMeter(core.clock, progress);
  let checkedBytes = 0;
  const options = {
    signal,
    onProgress: (told: Parameters<typeof meter.store>[0]) => {
      checkedBytes = Math.max(checkedBytes, told.bytes);
      meter.store(told);
    },
  };
  const found = repair ? await store.repair(roots, copies, options) : await store.verify(roots, options);
  const damage: Damage[] = [];
  for (const each of found) {
    damage.push({
      ...each,
      reason: each.repaired === null ? withLoss(each, things) : each.reason,
      contents: each.contents.slice(0, MOST_CONTENTS),
      harms: each.repaired === null ? await harmed(store, things, each) : [],
    });
  }
  const { ok, firstBadSeq } = core.events.verify();
  if (!ok) {
    damage.push({
      kind: 'database',
      name: 'audit log',
      reason: `The chain of events is broken at number ${firstBadSeq}.`,
      contents: [],
      harms: [],
      repaired: null,
    });
  }
  return { repaired: repair, things: things.length, checkedBytes, damage };
}

/** What the loss of a version's list means: the files may be there, and nothing says what they are called. */
function withLoss({ reason, contents }: StoreDamage, things: readonly KeptThing[]): string {
  const lost = new Set<string>(contents);
  const lists = things.filter(({ manifests }) => manifests.some((digest) => lost.has(digest)));
  if (lists.length === 0) return reason;
  const named = lists.slice(0, MOST_NAMED).map(({ name, source }) => {
    return source ? `${name} (import ${source} again as it was then)` : name;
  });
  const more = lists.length > MOST_NAMED ? ` and ${lists.length - MOST_NAMED} more` : '';
  return `${reason}; this takes the list of files of ${named.join(', ')}${more}; a backup of the objects folder has it too`;
}

/** Things that name a damaged content, themselves or through their manifest. */
async function harmed(store: DataStore, things: readonly KeptThing[], { contents }: StoreDamage) {
  const lost = new Set<string>(contents);
  const harms: Damage['harms'] = [];
  for (const thing of things) {
    const direct = [...thing.manifests, ...thing.contents].some((digest) => lost.has(digest));
    if (direct || (await listsAny(store, thing, lost))) {
      harms.push({ kind: thing.kind, id: thing.id, name: thing.name });
    }
  }
  return harms;
}

async function listsAny(
  store: DataStore,
  { manifests }: KeptThing,
  lost: ReadonlySet<string>,
): Promise<boolean> {
  for (const manifest of manifests) {
    for (let offset = 0; ; offset += FILES_AT_A_TIME) {
      // One that is damaged itself is named by that damage.
      const page = await store.list(manifest, { offset, limit: FILES_AT_A_TIME }).catch(() => null);
      if (page?.files.some(({ digest }) => lost.has(digest))) return true;
      if (!page || offset + FILES_AT_A_TIME >= page.total) break;
    }
  }
  return false;
}
