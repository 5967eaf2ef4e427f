import type { DiskMap, StoredGroup, StoredThing } from '../../../app/contract/storage.contract.ts';

/** A rectangle of the disk map. */
export interface DiskArea {
  readonly key: string;
  readonly name: string;
  /** What it is, in a word or two. */
  readonly what: string;
  readonly bytes: number;
  /** `thing`: what people made; `derived`: made again at need; `garbage`: the next collections free it. */
  readonly tone: 'thing' | 'shared' | 'derived' | 'garbage' | 'system';
  /** Key of the group that it opens, where it is one. */
  readonly opens: string | null;
}

const kindWords = { dataset: 'data set', run: 'experiment', model: 'model', file: 'uploads' } as const;
const thingWords = { dataset: 'version', run: 'run', model: 'model version', file: 'file' } as const;

export const groupKey = ({ kind, id }: Pick<StoredGroup, 'kind' | 'id'>): string => `${kind}:${id}`;

/** What deleting it frees. */
export const freedBy = (cost: Pick<StoredThing, 'exclusiveBytes' | 'folderBytes'>): number =>
  cost.exclusiveBytes + cost.folderBytes;

/**
 * The workspace's bytes as areas that do not overlap: what each group needs alone, what several need, and everything else. The parts of one
 * group where one is opened.
 */
export function diskAreas(map: DiskMap, opened: string | null): DiskArea[] {
  const group = map.groups.find((each) => groupKey(each) === opened);
  if (group) return areasOfGroup(map, group);
  const groups = map.groups.map(
    (each): DiskArea => ({
      key: groupKey(each),
      name: each.name,
      what: kindWords[each.kind],
      bytes: freedBy(each),
      tone: 'thing',
      opens: groupKey(each),
    }),
  );
  const alone = map.groups.reduce((sum, { exclusiveBytes }) => sum + exclusiveBytes, 0);
  const { storedBytes, unreferencedBytes } = map.store;
  return [
    ...groups,
    area('shared', 'Needed by several', 'contents', storedBytes - unreferencedBytes - alone, 'shared'),
    area('garbage', 'Garbage', 'to collect', unreferencedBytes, 'garbage'),
    ...map.derived.map(({ kind, bytes }) =>
      area(`derived:${kind}`, derivedWords[kind], 'made again', bytes, 'derived'),
    ),
    area('database', 'Database', 'metrics, facts', map.databaseBytes, 'system'),
    area('logs', 'Logs', '', map.logBytes, 'system'),
  ].filter(({ bytes }) => bytes > 0);
}

export const derivedWords = {
  tables: 'Tables for reading',
  checkouts: 'Checked out versions',
  sources: 'Memory of sources',
  other: 'Other derived files',
} as const;

function areasOfGroup(map: DiskMap, group: StoredGroup): DiskArea[] {
  const things = map.things.filter(({ kind, groupId }) => kind === group.kind && groupId === group.id);
  const alone = things.reduce((sum, thing) => sum + thing.exclusiveBytes, 0);
  return [
    ...things.map(
      (thing): DiskArea => ({
        key: `${thing.kind}:${thing.id}`,
        name: thing.name,
        what: thing.deletedAt === null ? thingWords[thing.kind] : 'deleted',
        bytes: freedBy(thing),
        tone: thing.deletedAt === null ? 'thing' : 'garbage',
        opens: null,
      }),
    ),
    area('within', 'Needed by several of them', 'contents', group.exclusiveBytes - alone, 'shared'),
  ].filter(({ bytes }) => bytes > 0);
}

function area(key: string, name: string, what: string, bytes: number, tone: DiskArea['tone']): DiskArea {
  return { key, name, what, bytes, tone, opens: null };
}
