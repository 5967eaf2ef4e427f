import type { Leak } from '../../../../app/contract/data-splits.ts';
import { step, type Watch } from '../watch.ts';
import { duplicates, nearDuplicates } from './equal-rows.ts';
import { groupsAcross } from './groups-across.ts';
import type { Search } from './search.ts';
import { timeOrder } from './time-order.ts';

/** Columns that someone named; what crosses by them is a leak, by others a suspicion. */
export interface Declared {
  readonly groups?: readonly string[] | undefined;
  readonly time?: string | undefined;
}

/** What stands on both sides of a split. @throws AppError INVALID_INPUT for declared columns that are not there or have no order */
export async function findLeaks(search: Search, declared: Declared, watch: Watch): Promise<Leak[]> {
  const leaks = [
    await duplicates(search, step(watch, 0, 0.3)),
    await nearDuplicates(search, step(watch, 0.3, 0.6)),
    ...(await groupsAcross(search, declared.groups, step(watch, 0.6, 0.9))),
    await timeOrder(search, declared.time, step(watch, 0.9, 1)),
  ];
  return leaks.filter((leak) => leak !== null);
}
