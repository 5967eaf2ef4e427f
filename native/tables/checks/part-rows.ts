import path from 'node:path';
import { partName } from '../../../app/contract/data-splits.ts';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { writeFileDurably } from '../../../app/kernel/durable-file.ts';
import type { PackedAssignment } from '../../../app/kernel/ports/data-checks.ts';
import type { ChecksRequest } from './messages.ts';
import { npyBytes } from './npy-file.ts';
import { unpackAssignment } from './packed-assignment.ts';
import { writeFileNames } from './part-files.ts';
import type { Watch } from './watch.ts';

/** See `DataCheckEngine.rows`. */
export function rowsOfPart(
  packed: PackedAssignment,
  part: number,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): { rows: number[]; totalRows: number } {
  const assignment = unpackAssignment(packed);
  const rows: number[] = [];
  let totalRows = 0;
  for (let row = 0; row < assignment.length; row++) {
    if (assignment[row] !== part) continue;
    if (totalRows >= offset && rows.length < limit) rows.push(row);
    totalRows += 1;
  }
  return { rows, totalRows };
}

/** See `DataCheckEngine.layOut`. */
export async function layOut(
  { assignment: packed, views, folder, files }: Extract<ChecksRequest, { call: 'layOut' }>,
  watch: Watch,
): Promise<void> {
  const assignment = unpackAssignment(packed);
  try {
    for (const { name, of } of views) {
      const wanted = new Uint8Array(256);
      for (const part of of) wanted[part] = 1;
      let count = 0;
      for (const part of assignment) count += wanted[part]!;
      const rows = new Float64Array(count);
      let next = 0;
      for (let row = 0; row < assignment.length; row++) if (wanted[assignment[row]!]) rows[next++] = row;
      await writeFileDurably(path.join(folder, `${partName.parse(name)}.npy`), npyBytes(rows));
    }
  } catch (error) {
    throw fromSystemError(error, folder);
  }
  if (files) await writeFileNames(assignment, views, folder, files, watch);
}
