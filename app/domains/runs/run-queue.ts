import type { Scheduling } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { createQueue } from './queue.ts';
import { type RunLookup, runNotFound } from './run-lookup.ts';
import type { RunSupervisor } from './run-supervisor.ts';
import type { RunRepository } from './runs.repository.ts';

/** What waits to start, and when. */
export function createRunQueue(
  { database, events }: Pick<Core, 'database' | 'events'>,
  parts: {
    readonly repository: RunRepository;
    readonly lookup: RunLookup;
    readonly supervisor: RunSupervisor;
    readonly queue: ReturnType<typeof createQueue>;
  },
) {
  const { repository, lookup, supervisor, queue } = parts;
  return {
    queue: (): { paused: boolean; runs: Run[] } => ({
      paused: queue.paused(),
      runs: lookup.views([...repository.idsByStatus('running'), ...repository.queuedIds()]),
    }),
    async pauseQueue(paused: boolean): Promise<{ paused: boolean }> {
      database.transaction(() => {
        if (paused === queue.paused()) return;
        queue.pause(paused);
        events.append(paused ? 'queue.paused' : 'queue.resumed', { kind: 'workspace', id: 'queue' }, {});
      });
      await supervisor.schedule();
      return { paused };
    },
    async reschedule(id: RunId, change: Partial<Scheduling>): Promise<Run> {
      const unknown = change.after?.find((other) => repository.statusOf(other) === null || other === id);
      if (unknown !== undefined) throw runNotFound(unknown);
      await supervisor.inTurn(async () => {
        database.transaction(() => {
          const run = lookup.row(id);
          if (run.status !== 'queued') {
            throw new AppError(
              'CONFLICT',
              `The run ${run.name} is ${run.status}; only a queued run can be rescheduled.`,
              { details: { run: id, status: run.status } },
            );
          }
          repository.change(id, change);
          events.append('run.rescheduled', { kind: 'run', id }, { name: run.name, ...change });
        });
      });
      await supervisor.schedule(id);
      return lookup.one(id);
    },
  };
}
