import { describe, expect, it } from 'vitest';
import type { DiskMap, StoredGroup } from '../../../app/contract/storage.contract.ts';
import { diskAreas, groupKey } from './disk-areas.ts';

const cost = (exclusiveBytes: number, folderBytes = 0) => ({
  sizeBytes: 1000,
  storedBytes: 500,
  exclusiveBytes,
  folderBytes,
});

const digits: StoredGroup = { kind: 'dataset', id: 'd', name: 'digits', things: 2, ...cost(300) };
const map: DiskMap = {
  measuredAt: 0,
  disk: { freeBytes: 0, totalBytes: 0 },
  workspaceBytes: 2000,
  groups: [digits, { kind: 'run', id: 'e', name: 'first', things: 1, ...cost(50, 25) }],
  things: [
    {
      kind: 'dataset',
      id: 'v1',
      name: 'digits@v1',
      groupId: 'd',
      createdAt: 0,
      deletedAt: null,
      ...cost(40),
    },
    { kind: 'dataset', id: 'v2', name: 'digits@v2', groupId: 'd', createdAt: 0, deletedAt: 9, ...cost(60) },
  ],
  thingsLeftOut: 0,
  derived: [
    { kind: 'tables', bytes: 70 },
    { kind: 'checkouts', bytes: 0 },
  ],
  store: { storedBytes: 600, unreferencedBytes: 100, deletedBytes: 60 },
  databaseBytes: 30,
  logBytes: 0,
};

describe('the areas of the disk map', () => {
  it('count every byte of the store once: what each needs alone, what several need, and garbage', () => {
    const areas = diskAreas(map, null);
    const bytes = Object.fromEntries(areas.map((area) => [area.name, area.bytes]));
    expect(bytes).toEqual({
      digits: 300,
      first: 75,
      'Needed by several': 150,
      Garbage: 100,
      'Tables for reading': 70,
      Database: 30,
    });
    const inTheStore = 300 + 50 + 150 + 100;
    expect(inTheStore).toBe(map.store.storedBytes);
  });

  it('are the versions of a data set where it is opened, with what they have in common', () => {
    expect(diskAreas(map, groupKey(digits)).map(({ name, bytes, tone }) => [name, bytes, tone])).toEqual([
      ['digits@v1', 40, 'thing'],
      ['digits@v2', 60, 'garbage'],
      ['Needed by several of them', 200, 'shared'],
    ]);
  });

  it('are those of the whole workspace where what is opened is gone', () => {
    expect(diskAreas(map, 'dataset:gone')).toEqual(diskAreas(map, null));
  });
});
