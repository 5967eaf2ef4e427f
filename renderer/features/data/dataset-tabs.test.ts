import { describe, expect, it } from 'vitest';
import { datasetTabs, tabOf } from './dataset-tabs.ts';

const table = { rows: 10, fileColumn: null };
const pictures = { rows: 10, fileColumn: 'file' };
const files = { rows: null, fileColumn: null };

describe('the tabs of a version', () => {
  it('opens on what the version is', () => {
    expect([table, pictures, files].map((version) => tabOf(version, null))).toEqual([
      'table',
      'images',
      'files',
    ]);
  });

  it('offers nothing about rows where there are none', () => {
    expect(datasetTabs(files).map(([tab]) => tab)).toEqual(['overview', 'files', 'diff', 'lineage']);
  });

  it('shows what the address asks for, and what is usual where the version has no such tab', () => {
    expect(tabOf(table, 'checks')).toBe('checks');
    expect(tabOf(files, 'checks')).toBe('files');
    expect(tabOf(table, 'nonsense')).toBe('table');
  });
});
