import { createHash } from 'node:crypto';
import type { RunId } from '../../../contract/ids.ts';

/**
 * The id of a run that has none of Lathe's form: a UUIDv7 whose time is the run's start and whose random bits are a hash of its source, so that
 * two workspaces that import the same files have the same run.
 *
 * @param startedAt epoch milliseconds; 0 where it is not known
 */
export function sourceRunId(format: string, identity: string, startedAt: number): RunId {
  const hash = createHash('sha256').update(format).update('\0').update(identity).digest();
  hash[0] = 0x70 | (hash[0]! & 0x0f);
  hash[2] = 0x80 | (hash[2]! & 0x3f);
  const time = Math.min(Math.max(0, Math.trunc(startedAt)), 2 ** 48 - 1);
  return (time.toString(16).padStart(12, '0') + hash.toString('hex', 0, 10)) as RunId;
}
