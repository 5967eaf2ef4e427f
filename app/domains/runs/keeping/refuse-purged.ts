import type { RunId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Database } from '../../../kernel/ports/database.ts';

/** @throws AppError NOT_FOUND for a run that was given up for good: its row is only there because others name it */
export function refusePurged(database: Database, id: RunId): void {
  const row = database.prepare('SELECT name FROM runs WHERE id = ? AND purged_at IS NOT NULL').get(id);
  if (!row) return;
  throw new AppError('NOT_FOUND', `The run ${row.name} was deleted for good; what it held is gone.`, {
    nextStep: 'Run it again, or import it from where it was exported to.',
    details: { run: id },
  });
}
