import type { ProjectId } from '../../../contract/ids.ts';
import {
  type RunField,
  RunFilterError,
  type RunOrder,
  type RunPredicate,
  readRunField,
  readRunFilter,
  readRunOrder,
} from '../../../contract/run-filter/index.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { nearest } from '../../../kernel/nearest.ts';
import type { Database } from '../../../kernel/ports/database.ts';

const entityKinds = { metrics: 'metric', params: 'param', tags: 'tag' } as const;

/** @throws AppError INVALID_INPUT with `position` and `end`, offsets in UTF-16 units, among its details */
export function readFilter(filter: string, nowMs: number): RunPredicate | null {
  return refused({ filter }, () => readRunFilter(filter, nowMs));
}

/**
 * An order. A metric or parameter that has a space in its name may be written without quotes where it stands alone, as programs do
 * that only put `metrics.` before a name.
 *
 * @throws AppError INVALID_INPUT
 */
export function readOrder(
  database: Database,
  project: ProjectId,
  orderBy: string,
  descending: boolean,
): RunOrder[] {
  const bare = /^(metrics|params|tags)\.(.*[^\w/.:@-].*)$/s.exec(orderBy);
  const kind = bare ? entityKinds[bare[1] as keyof typeof entityKinds] : undefined;
  if (kind !== undefined) {
    const known = database
      .prepare('SELECT 1 FROM run_keys WHERE project_id = ? AND kind = ? AND key = ? AND runs > 0')
      .get(project, kind, bare![2]!);
    if (known) return [{ by: { kind, key: bare![2]! }, descending }];
  }
  return refused({ orderBy }, () => readRunOrder(orderBy, descending));
}

/** What a column of the table of runs is of; `data` is the first data set that a run read. */
export type TableField = RunField | { readonly kind: 'data' };

/** @throws AppError INVALID_INPUT */
export function readField(field: string): TableField {
  return field === 'data' ? { kind: 'data' } : refused({ field }, () => readRunField(field));
}

function refused<T>(details: Readonly<Record<string, string>>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunFilterError)) throw error;
    const meant = nearest(error.found, error.candidates);
    throw new AppError('INVALID_INPUT', error.message, {
      nextStep:
        meant === null ? 'docs/searching-runs.md tells how filters are written.' : `Did you mean "${meant}"?`,
      details: { ...details, position: error.span.start, end: error.span.end },
      cause: error,
    });
  }
}
