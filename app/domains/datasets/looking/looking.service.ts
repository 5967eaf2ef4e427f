import type { Drift } from '../../../contract/data-drift.ts';
import {
  type ClassBalance,
  type DuplicateReport,
  MOST_PAGE_COLUMNS,
  type RowCondition,
  type RowOrder,
  type TableDiff,
  type TablePage,
  type TableProfile,
} from '../../../contract/data-tables.contract.ts';
import type { Column, DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { DatasetVersionId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import type { TableBrowser, TableInspector } from '../../../kernel/ports/table-inspector.ts';
import type { Datasets } from '../datasets.service.ts';
import { createFindingsRepository } from './findings.repository.ts';
import { createLongLooks, type Looked } from './long-looks.ts';
import type { SpillFolders } from './spill-folders.ts';

/** Looks at versions that are tables; UNSUPPORTED for others. What takes long is worked out by a job and kept by content. */
export interface Looking {
  /** @throws AppError INVALID_INPUT for a column that is not there, or a value that does not fit it */
  page(
    version: DatasetVersion,
    asked: {
      readonly offset: number;
      readonly limit: number;
      readonly columns?: readonly string[] | undefined;
      readonly where: readonly RowCondition[];
      readonly orderBy: RowOrder | null;
    },
    signal?: AbortSignal,
  ): Promise<TablePage>;
  profile(
    version: DatasetVersion,
    part: { readonly columnOffset: number; readonly columnLimit: number; readonly search: string },
  ): Promise<Looked<TableProfile>>;
  classes(version: DatasetVersion, column: string, signal?: AbortSignal): Promise<ClassBalance>;
  duplicates(
    version: DatasetVersion,
    ignored: readonly string[],
    threshold: number | null,
  ): Promise<Looked<DuplicateReport>>;
  /** @param key columns that name a row; null compares rows by content */
  diff(
    before: DatasetVersion,
    after: DatasetVersion,
    key: readonly string[] | null,
  ): Promise<Looked<TableDiff>>;
  /** Of columns that both tables have, or of those named; strongest first. */
  drift(
    before: DatasetVersionId,
    after: DatasetVersionId,
    columns?: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly Drift[]>;
}

export interface LookingParts {
  readonly datasets: Pick<Datasets, 'tableFile'>;
  readonly inspector: TableInspector;
  readonly browser: TableBrowser;
  readonly spills: SpillFolders;
}

export function createLooking(core: Core, { datasets, inspector, browser, spills }: LookingParts): Looking {
  const findings = createFindingsRepository(core.database);
  const long = createLongLooks(core);
  const title = (version: DatasetVersion) => `${version.datasetName}@${version.version}`;

  return {
    async page(version, { offset, limit, columns, where, orderBy }, signal) {
      const parquetPath = await datasets.tableFile(version.id);
      const shown = columns ?? version.columns.slice(0, MOST_PAGE_COLUMNS).map(({ name }) => name);
      const choice = where.length > 0 || orderBy ? { where, orderBy } : null;
      const page = await browser.browse(
        { parquetPath, offset, limit, columns: shown, choice, words: false },
        signal,
      );
      const types = new Map(version.columns.map((column) => [column.name, column]));
      return {
        ...page,
        columns: shown.map((name): Column => types.get(name)!),
        rows: page.rows.map((row) => [...row]),
        rowNumbers: [...page.rowNumbers],
        totalColumns: version.columns.length,
      };
    },
    async profile(version, { columnOffset: offset, columnLimit: limit, search }) {
      const { digest, id } = version;
      const parquetPath = await datasets.tableFile(id);
      return await long.look<TableProfile>({
        key: `profile ${digest}`,
        title: `Profile ${title(version)}`,
        kept() {
          const known = findings.profile(digest);
          if (!known) return null;
          const { found, columns } = findings.statistics(digest, { search, offset, limit });
          return { rows: known.rows, totalColumns: search === '' ? known.columns : found, columns };
        },
        async work(options) {
          const columns = await inspector.statistics(parquetPath, spills.next(), options);
          const rows = columns.length === 0 ? 0 : columns[0]!.count + columns[0]!.missing;
          findings.keepProfile(digest, rows, columns, core.clock.now());
        },
      });
    },
    async classes(version, column, signal) {
      return await inspector.classes(await datasets.tableFile(version.id), column, spills.next(), signal);
    },
    async duplicates(version, ignored, threshold) {
      const parquetPath = await datasets.tableFile(version.id);
      const asked = { ignored: [...new Set(ignored)].sort(), threshold };
      const key = JSON.stringify({ digest: version.digest, ...asked });
      return await long.look<DuplicateReport>({
        key: `duplicates ${key}`,
        title: `Duplicates in ${title(version)}`,
        kept: () => findings.finding('duplicates', key) as DuplicateReport | null,
        async work(options) {
          const report = await inspector.duplicates(parquetPath, asked, spills.next(), options);
          findings.keepFinding('duplicates', key, report, core.clock.now());
        },
      });
    },
    async diff(before, after, keyColumns) {
      const paths = [await datasets.tableFile(before.id), await datasets.tableFile(after.id)] as const;
      const key = JSON.stringify({ before: before.digest, after: after.digest, key: keyColumns });
      return await long.look<TableDiff>({
        key: `difference ${key}`,
        title: `Compare ${title(before)} with ${title(after)}`,
        kept: () => findings.finding('difference', key) as TableDiff | null,
        async work(options) {
          const difference = await inspector.difference(...paths, keyColumns, spills.next(), options);
          findings.keepFinding('difference', key, difference, core.clock.now());
        },
      });
    },
    async drift(before, after, columns, signal) {
      const paths = [await datasets.tableFile(before), await datasets.tableFile(after)] as const;
      return await inspector.drift(...paths, columns ?? null, spills.next(), { signal });
    },
  };
}
