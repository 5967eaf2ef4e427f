import path from 'node:path';
import type { ArtifactId, ProjectId, RunId } from '../../contract/ids.ts';
import type {
  Artifact,
  FoundInLogs,
  MetricPoint,
  RunDetail,
  RunFilterCandidates,
} from '../../contract/runs.contract.ts';
import { toWireNumber } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { MetricRange, MetricStore } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Projects } from '../projects/index.ts';
import { codeOf } from './code/code-of.ts';
import { compareRuns } from './compare-runs.ts';
import { readLog } from './run-folder.ts';
import { type RunLookup, runNotFound } from './run-lookup.ts';
import { reproductionOf } from './run-reproduction.ts';
import type { RunSupervisor } from './run-supervisor.ts';
import type { RunRepository } from './runs.repository.ts';
import { filterKeys, filterValues } from './search/filter-help.ts';
import type { RunOrderBy, RunPage, RunSearch, RunSelection } from './search/run-search.ts';
import { type LogQuery, searchLogs } from './search/search-logs.ts';
import { type GroupQuery, runGroups } from './table/run-groups.ts';
import { keysOf } from './table/run-keys.ts';
import { loggedModelArtifact } from './tracking/client-files.ts';

/** Runs that are meant, of a project by its name or id; of the current one without. */
export type AskedRuns = Omit<RunSelection, 'project'> & { readonly project?: string };

/** What is asked about runs; nothing here changes them. */
export function createRunReading(
  core: Core,
  parts: {
    readonly projects: Projects;
    readonly objects: ObjectStore;
    readonly repository: RunRepository;
    readonly metrics: MetricStore;
    readonly search: RunSearch;
    readonly lookup: RunLookup;
    readonly supervisor: RunSupervisor;
  },
) {
  const { database, folders } = core;
  const { repository, metrics, search, lookup } = parts;
  const projectId = (project: string | undefined): ProjectId => parts.projects.resolve(project).id;
  const selected = ({ project, ...asked }: AskedRuns): RunSelection => ({
    ...asked,
    project: projectId(project),
  });

  function artifact(id: ArtifactId): Artifact {
    const found = repository.artifact(id) ?? loggedModelArtifact(database, id);
    if (!found) throw new AppError('NOT_FOUND', `There is no artifact ${id}.`, { details: { id } });
    return found;
  }

  return {
    list({
      limit,
      offset,
      orderBy,
      descending,
      fields,
      ...asked
    }: AskedRuns & RunPage & { readonly fields?: readonly string[] }) {
      const keys = fields && keysOf(fields);
      const { ids, total } = search.page(selected(asked), { limit, offset, orderBy, descending });
      return { runs: lookup.views(ids, keys), total };
    },
    ids({ limit, orderBy, descending, ...asked }: AskedRuns & RunOrderBy & { readonly limit: number }) {
      const ids = search.ids(selected(asked), { orderBy, descending });
      return { ids: ids.slice(0, limit), total: ids.length };
    },
    groups({ by, fields, firstRuns, limit, offset, orderBy, descending, ...asked }: AskedRuns & GroupQuery) {
      const query = { by, fields, firstRuns, limit, offset, orderBy, descending };
      return runGroups({ ...core, search }, selected(asked), query);
    },
    filterHelp(project: string | undefined, field: string | undefined): RunFilterCandidates {
      const id = projectId(project);
      if (field === undefined) return { keys: filterKeys(database, id), values: {} };
      return { keys: [], values: { [field]: filterValues(database, id, field) } };
    },
    searchLogs(
      {
        project,
        filter,
        runs: chosen,
        ...query
      }: LogQuery & Pick<AskedRuns, 'filter' | 'project'> & { readonly runs?: readonly RunId[] },
      signal: AbortSignal | undefined,
    ): AsyncGenerator<FoundInLogs, void, void> {
      const selection = { project: projectId(project), ...(filter !== undefined && { filter }) };
      return searchLogs(folders, search.named(selection, chosen), query, signal);
    },
    experiments: (project?: string) => repository.experiments(projectId(project)),
    get(project: string | undefined, idOrName: string): RunDetail {
      if (/^[0-9a-f]{32}$/.test(idOrName)) return lookup.detail(idOrName as RunId);
      const [first, second] = repository.idsByName(projectId(project), idOrName);
      if (!first) throw runNotFound(idOrName);
      if (second) {
        throw new AppError('INVALID_INPUT', `Several runs are called "${idOrName}".`, {
          nextStep: 'Name the run by its id.',
          details: { run: idOrName },
        });
      }
      return lookup.detail(first);
    },
    detail: lookup.detail,
    compare(ids: readonly RunId[]) {
      const rows = lookup.rows(ids);
      return compareRuns(
        lookup.views(ids),
        rows.map(({ environment }) => environment),
      );
    },
    series(
      ids: readonly RunId[],
      keys: readonly string[] | undefined,
      maxPoints: number,
      range?: MetricRange,
    ) {
      lookup.rows(ids);
      return metrics.series(ids, keys, maxPoints, range);
    },
    points(id: RunId, key: string | undefined, limit: number, offset: number) {
      lookup.row(id);
      return metrics.points(id, key, limit, offset);
    },
    async *watchMetrics(
      ids: readonly RunId[],
      signal: AbortSignal | undefined,
    ): AsyncGenerator<{ runId: RunId; points: MetricPoint[] }, void, void> {
      lookup.rows(ids);
      const wanted = new Set(ids);
      const merge = <T extends { runId: RunId; points: readonly unknown[] }>(older: T, newer: T): T =>
        older.runId === newer.runId
          ? { ...newer, points: [...older.points, ...newer.points] }
          : wanted.has(newer.runId)
            ? newer
            : older;
      for await (const { runId, points } of parts.supervisor.points.iterate(signal, { merge })) {
        if (!wanted.has(runId)) continue;
        yield { runId, points: points.map((point) => ({ ...point, value: toWireNumber(point.value) })) };
      }
    },
    async logs(id: RunId, stream: 'stdout' | 'stderr', offset: number, limit: number) {
      lookup.row(id);
      return readLog(path.join(folders.run(id), `${stream}.log`), offset, limit);
    },
    artifact,
    artifactBytes: (id: ArtifactId, offset: number, length: number) =>
      parts.objects.read(artifact(id).digest, offset, length),
    /** @throws AppError CONFLICT if the run reproduces nothing */
    reproduction: (id: RunId) => reproductionOf(lookup.row(id), lookup.rows, metrics),
    code: (id: RunId, file: string | undefined) => codeOf(parts.objects, lookup.row(id), file),
  };
}
