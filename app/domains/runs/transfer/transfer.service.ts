import fs from 'node:fs';
import path from 'node:path';
import { type RunId, runId } from '../../../contract/ids.ts';
import type { Job } from '../../../contract/jobs.contract.ts';
import {
  type ExportFormat,
  type ImportFormat,
  type InspectedSource,
  importFormat,
  type TransferredRuns,
} from '../../../contract/transfer.contract.ts';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import type { RunExporter, RunImporter } from '../../../kernel/ports/run-transfer.ts';
import type { ModelRegistry } from '../../../kernel/ports/tracking.ts';
import type { Projects } from '../../projects/index.ts';
import type { Runs } from '../runs.service.ts';
import { exportRuns, requireFree } from './export-runs.ts';
import { createFollowedSources } from './followed-sources.ts';
import { importRuns } from './import-runs.ts';
import { createSourceRepository } from './source.repository.ts';

export interface TransferParts {
  readonly projects: Projects;
  readonly runs: Pick<Runs, 'import' | 'get' | 'detail' | 'intake'>;
  /** Where registered models go. */
  readonly registry: ModelRegistry;
  readonly importers: readonly RunImporter[];
  readonly exporters: readonly RunExporter[];
}

export interface ImportRequest {
  readonly project?: string | undefined;
  readonly path: string;
  readonly format: ImportFormat | 'auto';
  readonly experiment?: string | undefined;
  readonly follow: boolean;
}

export interface ExportRequest {
  readonly project?: string | undefined;
  readonly runs: readonly string[];
  readonly format: ExportFormat;
  readonly path: string;
}

export interface Transfer {
  formats(): { imports: { format: string; title: string }[]; exports: { format: string; title: string }[] };
  /** @throws AppError INVALID_INPUT, PATH_NOT_FOUND, DATA_MALFORMED, UNSUPPORTED if nothing at the path is known */
  inspect(
    source: { readonly path: string; readonly format: ImportFormat | 'auto' },
    signal?: AbortSignal,
  ): Promise<InspectedSource>;
  /** @throws AppError INVALID_INPUT, PATH_NOT_FOUND, UNSUPPORTED if nothing at the path is known */
  import(request: ImportRequest): Promise<Job>;
  /** @throws AppError INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS if something stands at the path */
  export(request: ExportRequest): Promise<Job>;
  /** Go on following what the last host followed when it ended, however it ended. @returns the jobs */
  resume(): Promise<Job[]>;
  /** What is followed from now on ends only for this host: the next one goes on with it. */
  close(): void;
}

/** Names of runs and experiments that are told before an import. */
const mostNamed = 20;

const sdkFolder = 'A folder that the Lathe SDK wrote';

export function createTransfer(core: Core, parts: TransferParts): Transfer {
  const { projects, runs, registry, importers, exporters } = parts;
  const { intake } = runs;
  const sources = createSourceRepository(core.database);
  const followed = createFollowedSources(core.folders);
  let closing = false;
  loseFollowed();

  async function find({
    path: source,
    format,
  }: Pick<ImportRequest, 'path' | 'format'>): Promise<RunImporter | 'lathe'> {
    requireAbsolute(source);
    await fs.promises.stat(source).catch((error: unknown) => {
      throw fromSystemError(error, source);
    });
    if (format === 'lathe') return 'lathe';
    const named = importers.find((importer) => importer.format === format);
    if (named) return named;
    if (format !== 'auto') throw unsupported(format, importers);
    if (fs.existsSync(path.join(source, 'run.json'))) return 'lathe';
    for (const importer of importers) if (await importer.recognises(source)) return importer;
    throw new AppError('PATH_NOT_FOUND', `Nothing in ${source} looks like the runs of a known tool.`, {
      nextStep: `Name the format: ${['lathe', ...importers.map((importer) => importer.format)].join(', ')}.`,
      details: { path: source },
    });
  }

  return {
    formats: () => ({
      imports: [
        { format: 'lathe', title: sdkFolder },
        ...importers.map(({ format, title }) => ({ format, title })),
      ],
      exports: exporters.map(({ format, title }) => ({ format, title })),
    }),
    async inspect(source, signal = new AbortController().signal) {
      const importer = await find(source);
      if (importer === 'lathe') {
        const names = [path.basename(source.path)];
        return { format: 'lathe', title: sdkFolder, runs: 1, names, experiments: [] };
      }
      const found = await importer.scan(source.path, signal);
      const experiments = new Set(found.flatMap(({ experiment }) => experiment ?? []));
      return {
        format: importFormat.parse(importer.format),
        title: importer.title,
        runs: found.length,
        names: found.slice(0, mostNamed).map(({ name }) => name),
        experiments: [...experiments].slice(0, mostNamed),
      };
    },
    import: begin,
    async export({ project, runs: named, format, path: destination }) {
      requireAbsolute(destination);
      const exporter = exporters.find((each) => each.format === format);
      if (!exporter) throw unsupported(format, exporters);
      requireOutside(core.folders.root, destination);
      const ids = [...new Set(named.map((run) => idOf(project, run)))];
      await requireFree(destination);
      const title = `Export ${ids.length === 1 ? '1 run' : `${ids.length} runs`}`;
      return core.jobs.start({ kind: 'run.export', title }, (context) =>
        exportRuns(runs, exporter, ids, destination, context),
      );
    },
    async resume() {
      const jobs: Job[] = [];
      for (const source of followed.list()) {
        try {
          jobs.push(await begin({ ...source, format: source.format as ImportFormat, follow: true }));
        } catch (error) {
          await followed.remove(source);
          core.log.warn('a source is not followed any more', { path: source.path, reason: String(error) });
        }
      }
      return jobs;
    },
    close() {
      closing = true;
    },
  };

  async function begin(request: ImportRequest): Promise<Job> {
    const projectId = projects.resolve(request.project).id;
    const importer = await find(request);
    const title = `Import ${path.basename(request.path)}`;
    const { experiment, follow: following } = request;
    if (importer === 'lathe')
      return core.jobs.start({ kind: 'run.import', title }, () => importSdkFolder(request));
    const what = { format: importer.format, path: request.path, projectId, experiment, following };
    const source = { project: projectId, path: request.path, format: importer.format, experiment };
    if (following) await followed.add(source);
    return core.jobs.start({ kind: 'run.import', title }, async (context) => {
      try {
        return await importRuns({ core, intake, sources, registry, projects }, importer, what, context);
      } finally {
        if (following && !closing) await followed.remove(source);
      }
    });
  }

  /** @throws AppError NOT_FOUND, INVALID_INPUT where several have the name */
  function idOf(project: string | undefined, named: string): RunId {
    const parsed = runId.safeParse(named);
    const isKnown = parsed.success && intake.repository.statusOf(parsed.data) !== null;
    return isKnown ? parsed.data : runs.get(project, named).id;
  }

  async function importSdkFolder({ project, path: source }: ImportRequest): Promise<TransferredRuns> {
    const before = new Set(
      intake.repository.idsByStatus('queued', 'running', 'finished', 'failed', 'cancelled', 'lost'),
    );
    const run = await runs.import(project, source);
    const isNew = !before.has(run.id);
    return {
      format: 'lathe',
      runs: [{ id: run.id, name: run.name, isNew, points: 0, artifacts: 0 }],
      newRuns: Number(isNew),
      knownRuns: Number(!isNew),
      points: 0,
      artifacts: 0,
      modelVersions: 0,
      skipped: [],
      notes: [],
    };
  }

  /** Runs that the last host was following when it died. */
  function loseFollowed(): void {
    core.database.transaction(() => {
      for (const { id, target } of intake.repository.byIds(intake.repository.idsByStatus('running')))
        if (target === 'imported')
          intake.repository.change(id, { status: 'lost', endedAt: core.clock.now() });
    });
  }
}

function requireAbsolute(named: string): void {
  if (path.isAbsolute(named) && !named.includes('\0')) return;
  throw new AppError('INVALID_INPUT', `"${named}" is not an absolute path.`, { details: { path: named } });
}

/** An export among the workspace's own files would be taken for one of them. */
function requireOutside(root: string, destination: string): void {
  const relative = path.relative(root, destination);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return;
  throw new AppError('INVALID_INPUT', `${destination} is inside the workspace.`, {
    nextStep: 'Name a folder outside of it.',
    details: { path: destination, workspace: root },
  });
}

function unsupported(format: string, known: readonly { readonly format: string }[]): AppError {
  return new AppError('UNSUPPORTED', `There is no format "${format}".`, {
    nextStep: `Use one of ${known.map((each) => each.format).join(', ')}.`,
    details: { format },
  });
}
