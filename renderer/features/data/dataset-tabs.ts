import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';

export type DatasetTab =
  | 'overview'
  | 'table'
  | 'images'
  | 'files'
  | 'profile'
  | 'diff'
  | 'checks'
  | 'splits'
  | 'lineage';

type Told = Pick<DatasetVersion, 'rows' | 'fileColumn'>;

/** The tabs of a version, in their order: what it has no rows or pictures for is left out. */
export function datasetTabs({ rows, fileColumn }: Told): readonly (readonly [DatasetTab, string])[] {
  const isTable = rows !== null;
  return [
    ['overview', 'Overview'],
    ...(isTable ? [['table', 'Table'] as const] : []),
    ...(fileColumn === null ? [] : [['images', 'Images'] as const]),
    ['files', 'Files'],
    ...(isTable ? [['profile', 'Profile'] as const] : []),
    ['diff', 'Diff'],
    ...(isTable ? ([['checks', 'Checks'] as const, ['splits', 'Splits'] as const] as const) : []),
    ['lineage', 'Lineage'],
  ];
}

/** What shows where the address names no tab: the pictures, else the rows, else the files. */
export function usualTab({ rows, fileColumn }: Told): DatasetTab {
  if (fileColumn !== null) return 'images';
  return rows === null ? 'files' : 'table';
}

/** The tab that an address asks for, as far as the version has it. */
export function tabOf(version: Told, asked: string | null): DatasetTab {
  return datasetTabs(version).find(([tab]) => tab === asked)?.[0] ?? usualTab(version);
}
