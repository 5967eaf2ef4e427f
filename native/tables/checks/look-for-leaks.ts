import type { LeakageReport } from '../../../app/contract/data-splits.ts';
import type { DataCheckEngine } from '../../../app/kernel/ports/data-checks.ts';
import { findLeaks } from './leaks/find-leaks.ts';
import { unpackAssignment } from './packed-assignment.ts';
import { withTable } from './table-view.ts';
import type { Watch } from './watch.ts';

/** See `DataCheckEngine.leakage`. */
export async function lookForLeaks(
  { tablePath, spec, assignment: packed, groups, time }: Parameters<DataCheckEngine['leakage']>[0],
  watch: Watch,
): Promise<LeakageReport> {
  const assignment = unpackAssignment(packed);
  return await withTable(tablePath, [], watch.signal, async (table) => ({
    leaks: await findLeaks(
      { table, spec, assignment, equalRowsTogether: false, rowIds: [], equalRows: null },
      { groups, time },
      watch,
    ),
  }));
}
