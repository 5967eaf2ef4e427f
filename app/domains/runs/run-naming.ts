import type { ExperimentId, ProjectId } from '../../contract/ids.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import type { RunRepository } from './runs.repository.ts';

const COLORS = 12;

export type RunNaming = ReturnType<typeof createRunNaming>;

/** What a new run is called, which colour it has and which experiment it belongs to. */
export function createRunNaming(
  { clock, events }: Pick<Core, 'clock' | 'events'>,
  repository: RunRepository,
) {
  /** Names of runs that are being made and have no row yet. */
  const reserved = new Set<string>();

  return {
    /** The wished name; `-2`, `-3` … is added where it is taken. */
    freeName(project: ProjectId, wished: string): string {
      let name = wished;
      for (let count = 2; repository.nameTaken(project, name) || reserved.has(name); count++)
        name = `${wished}-${count}`;
      return name;
    },
    /** Nobody else gets the name until `free` is called. */
    reserve: (name: string): void => void reserved.add(name),
    free: (name: string): void => void reserved.delete(name),
    /** The least used of the run colours, the first of them where several are. */
    nextColor(project: ProjectId): number {
      const uses = new Array<number>(COLORS).fill(0);
      for (const color of repository.colorsInUse(project)) uses[color - 1]! += 1;
      return uses.indexOf(Math.min(...uses)) + 1;
    },
    /** The experiment of that name, which is made if there is none, and is there again if it was deleted. */
    experimentId(project: ProjectId, name: string): ExperimentId {
      const known = repository.experiment(project, name);
      if (known) {
        repository.reviveExperiment(known);
        return known;
      }
      const id = newId<ExperimentId>(clock.now());
      repository.insertExperiment(id, project, name, clock.now());
      events.append('experiment.created', { kind: 'experiment', id }, { name });
      return id;
    },
  };
}
