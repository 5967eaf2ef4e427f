import { describe, expect, it } from 'vitest';
import { folderFacts } from './folder-crumbs.tsx';

describe('what is said of a folder', () => {
  it('tells what lies in it from what lies below it', () => {
    const page = { entries: [], total: 5, folders: 2, files: 40_000, sizeBytes: 3_000_000 };
    expect(folderFacts(page)).toBe('2 folders, 3 files here; 40,000 files below, 3.0 MB');
    expect(folderFacts({ ...page, total: 2 })).toBe('2 folders here; 40,000 files below, 3.0 MB');
    expect(folderFacts({ ...page, folders: 0, files: 5 })).toBe('5 files, 3.0 MB');
  });
});
