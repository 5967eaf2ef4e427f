import fs from 'node:fs';
import type { RunId } from '../../contract/ids.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Projects } from '../projects/index.ts';
import { clearEnd, markResumed, prepareRunFolder } from './run-folder.ts';
import { importRunFolder } from './run-import.ts';
import type { RunLookup } from './run-lookup.ts';
import type { RunNaming } from './run-naming.ts';
import type { RunSupervisor } from './run-supervisor.ts';
import type { RunInsert, RunRepository, RunRow } from './runs.repository.ts';

/** What training hands over: everything that is known of a run before it starts. */
export interface NewRun
  extends Pick<
    RunInsert,
    | 'projectId'
    | 'template'
    | 'target'
    | 'params'
    | 'tags'
    | 'inputs'
    | 'environment'
    | 'parentRunId'
    | 'reproducesRunId'
    | 'preflight'
    | 'recipe'
    | 'code'
    | 'resources'
    | 'scheduling'
  > {
  readonly experiment: string;
  /** The wished name; `-2`, `-3` … is added where it is taken. */
  readonly name: string;
  /** Files to lie in the run's folder before it starts, by name, as JSON. */
  readonly files: (run: { readonly id: RunId; readonly name: string }) => Readonly<Record<string, unknown>>;
}

/** How runs come to be: made anew, put back in the queue, or taken over from elsewhere. */
export function createRunMaking(
  core: Core,
  parts: {
    readonly projects: Projects;
    readonly objects: ObjectStore;
    readonly repository: RunRepository;
    readonly metrics: MetricStore;
    readonly naming: RunNaming;
    readonly lookup: RunLookup;
    readonly supervisor: RunSupervisor;
  },
) {
  const { database, events, clock, folders } = core;
  const { repository, naming, lookup, supervisor } = parts;

  function requireResumable(id: RunId): RunRow {
    const run = lookup.row(id);
    const details = { run: id, status: run.status };
    if (run.deletedAt !== null) {
      throw new AppError('CONFLICT', `The run ${run.name} is deleted.`, {
        nextStep: `Restore it first: lathe run restore ${id}`,
        details,
      });
    }
    if (!run.resumable) {
      throw new AppError(
        'CONFLICT',
        `The run ${run.name} is ${run.status} and has no checkpoint to continue from.`,
        { nextStep: 'Run it again instead.', details },
      );
    }
    return run;
  }

  return {
    async create({ experiment, files, ...run }: NewRun): Promise<Run> {
      const id = newId<RunId>(clock.now());
      const folder = folders.run(id);
      const name = naming.freeName(run.projectId, run.name);
      naming.reserve(name);
      try {
        await prepareRunFolder(folder, files({ id, name }));
        database.transaction(() => {
          repository.insert({
            ...run,
            id,
            name,
            color: naming.nextColor(run.projectId),
            experimentId: naming.experimentId(run.projectId, experiment),
            checks: (run.recipe?.checks ?? []).map((expression) => ({
              expression,
              value: null,
              passed: null,
            })),
            createdAt: clock.now(),
          });
          const { job } = supervisor.jobFor({ id, name });
          repository.change(id, { jobId: job.id });
          events.append(
            'run.created',
            { kind: 'run', id },
            { name, template: run.template, target: run.target },
          );
        });
      } catch (error) {
        await fs.promises.rm(folder, { recursive: true, force: true });
        throw error;
      } finally {
        naming.free(name);
      }
      await supervisor.schedule(id);
      return lookup.one(id);
    },
    async requeue(id: RunId, files: Readonly<Record<string, unknown>>): Promise<Run> {
      // In turn, so that a second request finds the run queued already and takes nothing from under its process.
      await supervisor.inTurn(async () => {
        const run = requireResumable(id);
        await clearEnd(folders.run(id));
        await prepareRunFolder(folders.run(id), files);
        await markResumed(folders.run(id));
        database.transaction(() => {
          // It may have been deleted meanwhile.
          requireResumable(id);
          repository.change(id, {
            status: 'queued',
            failure: null,
            handle: null,
            gpus: [],
            endedAt: null,
            notBefore: null,
          });
          const { job } = supervisor.jobFor(run);
          repository.change(id, { jobId: job.id });
          events.append('run.resumed', { kind: 'run', id }, { name: run.name });
        });
      });
      await supervisor.schedule(id);
      return lookup.one(id);
    },
    async import(project: string | undefined, folder: string): Promise<Run> {
      const projectId = parts.projects.resolve(project).id;
      const id = await importRunFolder(core, parts, folder, (imported) => {
        repository.insert({
          ...imported,
          projectId,
          name: naming.freeName(projectId, imported.name),
          color: naming.nextColor(projectId),
          experimentId: naming.experimentId(projectId, imported.experiment),
        });
        events.append('run.imported', { kind: 'run', id: imported.id }, { name: imported.name });
      });
      return lookup.one(id);
    },
  };
}
