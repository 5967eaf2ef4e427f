import { describe, expect, it } from 'vitest';
import type { VersionFile } from '../../../../app/contract/datasets.contract.ts';
import { lineIn, placeOf } from './difference-lines.ts';

const file = (path: string) => ({ path, sizeBytes: 1, digest: 'd', executable: false }) as VersionFile;

describe('the lines of a difference', () => {
  it('stand by kind, each with its place among those of its kind', () => {
    const counts = { changed: 2, renamed: 0, added: 1, removed: 3 };
    expect([0, 1, 2, 3, 5, 6].map((line) => placeOf(counts, line))).toEqual([
      { kind: 'changed', at: 0 },
      { kind: 'changed', at: 1 },
      { kind: 'added', at: 0 },
      { kind: 'removed', at: 0 },
      { kind: 'removed', at: 2 },
      undefined,
    ]);
  });

  it('are read from the page that holds them', () => {
    const page = {
      changed: [],
      renamed: [{ before: file('a'), after: file('b') }],
      added: [file('c')],
      removed: [file('d')],
    };
    expect(lineIn(page, 'renamed', 0)).toMatchObject({ path: 'b', from: 'a' });
    expect(lineIn(page, 'added', 0)).toMatchObject({ path: 'c', before: null });
    expect(lineIn(page, 'removed', 0)).toMatchObject({ path: 'd', after: null });
    expect(lineIn(page, 'changed', 0)).toBeUndefined();
  });
});
