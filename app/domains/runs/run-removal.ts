import type { RunId } from '../../contract/ids.ts';
import { terminalStates } from '../../contract/jobs.contract.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { refusePurged } from './keeping/refuse-purged.ts';
import type { RunLookup } from './run-lookup.ts';
import type { RunSupervisor } from './run-supervisor.ts';
import { EXTERNAL, type RunRepository } from './runs.repository.ts';

/** How runs are ended, deleted and brought back. */
export function createRunRemoval(
  { database, events, clock }: Pick<Core, 'database' | 'events' | 'clock'>,
  parts: {
    readonly repository: RunRepository;
    readonly lookup: RunLookup;
    readonly supervisor: RunSupervisor;
    readonly tracking: Tracking;
  },
) {
  const { repository, lookup } = parts;
  return {
    async cancel(id: RunId): Promise<Run> {
      const run = lookup.row(id);
      if (run.target !== EXTERNAL) await parts.supervisor.cancel(id);
      // Its program cannot be reached: it is only shown as ended, and what it still logs is kept.
      else if (!terminalStates.includes(run.status))
        database.transaction(() =>
          parts.tracking.runs.update(id, { status: 'cancelled', endedAt: clock.now() }),
        );
      return lookup.one(id);
    },
    delete(ids: readonly RunId[]): { deleted: RunId[]; freesBytes: number } {
      const found = lookup.rows(ids);
      const active = found.find(({ status }) => !terminalStates.includes(status));
      if (active) {
        throw new AppError('CONFLICT', `The run ${active.name} is ${active.status}.`, {
          nextStep: `Cancel it first: lathe run cancel ${active.id}`,
          details: { run: active.id, status: active.status },
        });
      }
      return database.transaction(() => {
        let freesBytes = 0;
        for (const { id, name, deletedAt } of found) {
          if (deletedAt !== null) continue;
          freesBytes += repository.artifacts(id).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          repository.change(id, { deletedAt: clock.now() });
          events.append('run.deleted', { kind: 'run', id }, { name });
        }
        return { deleted: [...ids], freesBytes };
      });
    },
    restore(ids: readonly RunId[]): Run[] {
      database.transaction(() => {
        for (const { id, name, deletedAt } of lookup.rows(ids)) {
          if (deletedAt === null) continue;
          refusePurged(database, id);
          repository.change(id, { deletedAt: null });
          events.append('run.restored', { kind: 'run', id }, { name });
        }
      });
      return lookup.views(ids);
    },
  };
}
