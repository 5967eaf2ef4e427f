import fs from 'node:fs';
import path from 'node:path';
import type {
  ExportResult,
  ExportTarget,
  SavedQuery,
  SqlResult,
  SqlResultId,
} from '../../../contract/data-sql.contract.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { Job } from '../../../contract/jobs.contract.ts';
import type { VersionName } from '../../../contract/version-name.ts';
import type { Cell } from '../../../contract/wire.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import type { JobContext } from '../../../kernel/job-machine.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { TableBrowser, TableInspector, TableQuery } from '../../../kernel/ports/table-inspector.ts';
import type { DatasetParts, Datasets } from '../datasets.service.ts';
import { checkExportPath, writeBeside } from './export-file.ts';
import { optionsOf } from './long-looks.ts';
import { namedTables } from './named-tables.ts';
import { createQueryResults } from './query-results.ts';
import { createSavedQueries } from './saved-queries.ts';
import type { SpillFolders } from './spill-folders.ts';
import { suggestDisplay } from './suggest-display.ts';

/** An export runs until it has ended or is cancelled. */
const EXPORT_LIMIT_MS = 24 * 3_600_000;
/** Of a query that a version was made with, so much stands in its source. */
const SOURCE_CHARACTERS = 2000;

/** SQL over the versions of a project. */
export interface VersionSql {
  /**
   * Answer one query. Only tables that it names are read.
   *
   * @throws AppError INVALID_INPUT for a wrong query, NOT_FOUND for a version that is not there, TIME_LIMIT, TOO_LARGE, NOT_READY
   */
  run(
    asked: {
      readonly project?: string | undefined;
      readonly query: string;
      readonly limit: number;
      readonly mostRows: number;
      readonly timeLimitMs: number;
    },
    signal?: AbortSignal,
  ): Promise<SqlResult>;
  /** @throws AppError NOT_FOUND for a result that is not kept any more */
  page(
    id: SqlResultId,
    offset: number,
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ rows: Cell[][]; totalRows: number }>;
  /** Start writing what a query gives as a job whose result is an `ExportResult`. Where it goes to is looked at before. */
  export(asked: {
    readonly project?: string | undefined;
    readonly query: string;
    readonly target: ExportTarget;
  }): Promise<Job>;
  listSaved(project: string | undefined): SavedQuery[];
  save(project: string | undefined, content: Pick<SavedQuery, 'name' | 'query' | 'display'>): SavedQuery;
  /** @throws AppError NOT_FOUND */
  deleteSaved(project: string | undefined, nameOrId: string): SavedQuery;
}

export interface VersionSqlParts {
  readonly projects: DatasetParts['projects'];
  readonly datasets: Pick<Datasets, 'list' | 'resolve' | 'tableFile' | 'importTable'>;
  readonly inspector: TableInspector;
  readonly browser: TableBrowser;
  readonly spills: SpillFolders;
}

interface Opened {
  readonly asked: Omit<TableQuery, 'timeLimitMs'>;
  readonly read: readonly { readonly name: string; readonly version: DatasetVersion }[];
  /** Why a data set that stands in the query cannot be read, by its name there. */
  readonly faults: ReadonlyMap<string, AppError>;
}

export function createVersionSql(core: Core, parts: VersionSqlParts): VersionSql {
  const { datasets, inspector, browser, projects, spills } = parts;
  const results = createQueryResults(core.folders);
  const saved = createSavedQueries(core);

  async function open(project: string | undefined, query: string): Promise<Opened> {
    const known = datasets.list(project);
    const tables: { name: string; path: string }[] = [];
    const read: { name: string; version: DatasetVersion }[] = [];
    const faults = new Map<string, AppError>();
    for (const named of namedTables(query, known)) {
      const version = datasets.resolve(project, named.dataset, versionOf(named.version));
      try {
        tables.push({ name: named.name, path: await datasets.tableFile(version.id) });
        read.push({ name: named.name, version });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNSUPPORTED') throw error;
        faults.set(named.name, error);
      }
    }
    const readable = known.filter(({ latest }) => latest.rows !== null);
    return {
      asked: {
        tables,
        known: readable.map(({ name }) => name),
        query,
        spillFolder: spills.next(),
      },
      read,
      faults,
    };
  }

  return {
    async run({ project, query, limit, mostRows, timeLimitMs }, signal) {
      const since = performance.now();
      const opened = await open(project, query);
      const { id, path: resultPath } = await results.next();
      const asked = { ...opened.asked, limit, mostRows, timeLimitMs, resultPath };
      try {
        const answer = await withFaults(opened, () => inspector.query(asked, signal));
        const { totalRows, truncated } = answer;
        const isWhole = totalRows <= answer.rows.length;
        await results.keep(id, { path: resultPath, totalRows, rows: isWhole ? answer.rows : null });
        return {
          result: id,
          columns: answer.columns.map((column) => ({ ...column })),
          rows: answer.rows.map((row) => [...row]),
          totalRows,
          truncated,
          suggested: suggestDisplay(answer.columns, totalRows),
          read: opened.read.map(({ name, version }) => ({ name, versionId: version.id })),
          durationMs: performance.now() - since,
        };
      } catch (error) {
        await fs.promises.rm(resultPath, { force: true });
        throw error;
      }
    },
    async page(id, offset, limit, signal) {
      const { path: parquetPath, totalRows, rows } = results.get(id);
      if (rows) return { rows: rows.slice(offset, offset + limit).map((row) => [...row]), totalRows };
      const page = await browser.browse(
        { parquetPath, offset, limit, columns: null, choice: null, words: true },
        signal,
      );
      return { rows: page.rows.map((row) => [...row]), totalRows };
    },
    async export({ project, query, target }) {
      const projectId = projects.resolve(project).id;
      if (target.kind === 'file') await checkExportPath(target.path, target.overwrite, core.folders.root);
      const opened = await open(project, query);
      const asked = { ...opened.asked, timeLimitMs: EXPORT_LIMIT_MS };
      const what = target.kind === 'file' ? path.basename(target.path) : target.name;
      return core.jobs.start({ kind: 'dataset.export', title: `Export ${what}` }, async (context) => {
        if (target.kind === 'file') {
          const written = await writeBeside(target.path, (filePath) =>
            withFaults(opened, () =>
              inspector.export({ ...asked, filePath, format: target.format }, optionsOf(context)),
            ),
          );
          core.events.append(
            'project.data-exported',
            { kind: 'project', id: projectId },
            { path: target.path, rows: written.rows },
          );
          return { ...written, path: target.path, dataset: null } satisfies ExportResult;
        }
        return await asVersion(opened, asked, { ...target, projectId }, context);
      });
    },
    listSaved: (project) => saved.list(projects.resolve(project).id),
    save: (project, content) => saved.save(projects.resolve(project).id, content),
    deleteSaved: (project, nameOrId) => saved.delete(projects.resolve(project).id, nameOrId),
  };

  async function asVersion(
    opened: Opened,
    asked: TableQuery,
    { projectId, name, message }: Extract<ExportTarget, { kind: 'dataset' }> & Pick<SavedQuery, 'projectId'>,
    context: JobContext,
  ): Promise<ExportResult> {
    const folder = path.join(results.folder, `export-${newId<string>()}`);
    const filePath = path.join(folder, `${name}.parquet`);
    await fs.promises.mkdir(folder, { recursive: true });
    try {
      const written = await withFaults(opened, () =>
        inspector.export({ ...asked, filePath, format: 'parquet' }, optionsOf(context)),
      );
      const source = `SQL: ${asked.query.slice(0, SOURCE_CHARACTERS)}`;
      const parents = [...new Set(opened.read.map(({ version }) => version.id))];
      const table = { projectId, name, path: filePath, message, source, parents };
      const { version, reused } = await datasets.importTable(table, context);
      return { ...written, path: null, dataset: { name, version: version.version, reused } };
    } finally {
      await fs.promises.rm(folder, { recursive: true, force: true });
    }
  }
}

/** `2`, `v2`, an alias … as the data sets' service takes it. */
function versionOf(version: string | undefined): VersionName | undefined {
  return version !== undefined && /^[1-9][0-9]{0,8}$/.test(version) ? Number(version) : version;
}

/** Where a query fails because a data set in it is no table, that is the fault. */
async function withFaults<T>({ faults }: Opened, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') {
      for (const [name, fault] of faults) if (error.message.includes(name)) throw fault;
    }
    throw error;
  }
}
