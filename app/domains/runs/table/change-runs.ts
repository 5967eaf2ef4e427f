import type { ExperimentId, ProjectId, RunId } from '../../../contract/ids.ts';
import type { Run } from '../../../contract/runs.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import type { RunLookup } from '../run-lookup.ts';
import type { RunNaming } from '../run-naming.ts';
import type { RunPlace, RunRepository } from '../runs.repository.ts';

export interface MovedRuns {
  readonly experiment: { readonly id: ExperimentId; readonly name: string; readonly made: boolean };
  readonly before: { readonly experiment: ExperimentId; readonly name: string; readonly runs: RunId[] }[];
}

/** How what people say of runs is changed, each in one transaction: all of it or nothing. */
export function createRunChanges(
  { database, events }: Pick<Core, 'database' | 'events'>,
  parts: {
    readonly repository: RunRepository;
    readonly lookup: RunLookup;
    readonly naming: RunNaming;
  },
) {
  const { repository, lookup } = parts;

  function destination(project: ProjectId, nameOrId: string, create: boolean): MovedRuns['experiment'] {
    const known = repository.experimentNamed(project, nameOrId);
    if (!known && !create) {
      throw new AppError('NOT_FOUND', `There is no experiment "${nameOrId}".`, {
        nextStep: 'Name one that is there, or have it made: lathe run move RUN... --to NAME --create',
        details: { experiment: nameOrId },
      });
    }
    const name = known?.name ?? nameOrId;
    return { id: parts.naming.experimentId(project, name), name, made: known === null };
  }

  return {
    update(
      id: RunId,
      change: { readonly name?: string; readonly tags?: Readonly<Record<string, string | null>> },
    ): Run {
      const { name, tags = {} } = change;
      lookup.row(id);
      database.transaction(() => {
        if (name !== undefined) repository.change(id, { name });
        for (const [key, value] of Object.entries(tags)) repository.setTag(id, key, value);
        events.append('run.updated', { kind: 'run', id }, { ...(name !== undefined && { name }), tags });
      });
      return lookup.one(id);
    },
    /**
     * Runs that are there already stay as they are. A deleted experiment that gets runs is there again. Models that the runs logged go
     * with them.
     *
     * @throws AppError NOT_FOUND, INVALID_INPUT if the runs are of several projects
     */
    move(ids: readonly RunId[], nameOrId: string, create: boolean): MovedRuns {
      return database.transaction(() => {
        const found = lookup.places(ids);
        const project = found[0]!.projectId;
        const stranger = found.find(({ projectId }) => projectId !== project);
        if (stranger) {
          throw new AppError('INVALID_INPUT', 'The runs are of several projects.', {
            nextStep: 'Move those of one project at a time.',
            details: { run: stranger.id },
          });
        }
        const experiment = destination(project, nameOrId, create);
        const moving = found.filter(({ experimentId }) => experimentId !== experiment.id);
        requireReachable(moving, repository.experimentNamed(project, experiment.name)!);
        repository.move(
          moving.map(({ id }) => id),
          experiment.id,
        );
        for (const { id, name, experimentId } of moving)
          events.append('run.moved', { kind: 'run', id }, { name, from: experimentId, to: experiment.id });
        const before = Map.groupBy(moving, ({ experimentId }) => experimentId);
        return {
          experiment,
          before: [...before].map(([from, runs]) => ({
            experiment: from,
            name: runs[0]!.experimentName,
            runs: runs.map(({ id }) => id),
          })),
        };
      });
    },
    /** @returns runs that have other tags than before @throws AppError NOT_FOUND */
    updateMany(
      ids: readonly RunId[],
      { tags }: { readonly tags: Readonly<Record<string, string | null>> },
    ): { updated: RunId[] } {
      return database.transaction(() => {
        const updated = lookup.places(ids).filter(({ id }) => {
          let changed = false;
          for (const [key, value] of Object.entries(tags))
            changed = repository.setTag(id, key, value) || changed;
          return changed;
        });
        for (const { id } of updated) events.append('run.updated', { kind: 'run', id }, { tags });
        return { updated: updated.map(({ id }) => id) };
      });
    },
  };
}

/** Where a client keeps files elsewhere, its server is told the place of the experiment: files of a run that left it would not be found. */
function requireReachable(moving: readonly RunPlace[], to: { readonly keepsOutside: boolean }): void {
  const outside = moving.find(({ keepsOutside }) => keepsOutside || to.keepsOutside);
  if (!outside) return;
  throw new AppError('CONFLICT', `The artifacts of ${outside.name} would not be found any more.`, {
    nextStep: 'Leave it where it is: one of the experiments keeps its artifacts outside of Lathe.',
    details: { run: outside.id },
  });
}
