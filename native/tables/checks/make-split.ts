import { type DataSplitSpec, partsOfSplit } from '../../../app/contract/data-splits.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { MadeSplit } from '../../../app/kernel/ports/data-checks.ts';
import { createHashing } from '../../hashing/blake3.ts';
import type { KeyedRows } from './keyed-rows/keyed-rows.ts';
import { findLeaks } from './leaks/find-leaks.ts';
import { packAssignment } from './packed-assignment.ts';
import { placeMoments } from './place-moments.ts';
import { type Placed, placeUnits } from './place-units.ts';
import { rowIds } from './row-ids.ts';
import { withRowsByContent } from './rows-by-value.ts';
import { keepsEqualRows, planSplit, type SplitPlan } from './split-plan.ts';
import { countClasses } from './strata.ts';
import { type TableView, withTable } from './table-view.ts';
import { step, type Watch } from './watch.ts';

/** See `DataCheckEngine.split`. */
export async function makeSplit(
  { tablePath, spec: asked }: { readonly tablePath: string; readonly spec: DataSplitSpec },
  watch: Watch,
): Promise<MadeSplit> {
  return await withTable(tablePath, [], watch.signal, async (table) => {
    const ids = asked.ignore ? [] : await rowIds(table, step(watch, 0, 0.1));
    const spec = { ...asked, ignore: asked.ignore ?? ids };
    const parts = partsOfSplit(spec);
    if (table.rows < parts.length) throw tooFew(`The table has ${table.rows} rows`, parts.length);
    const plan = planSplit(table, spec);
    const work = (equal: KeyedRows | null, rest: Watch) =>
      finish({ table, spec, plan, rowIds: ids, equal }, rest);
    const rest = step(watch, 0.1, 1);
    return plan.counted ? await withRowsByContent(table, plan.unit, rest, work) : await work(null, rest);
  });
}

interface Splitting {
  readonly table: TableView;
  readonly spec: DataSplitSpec;
  readonly plan: SplitPlan;
  readonly rowIds: readonly string[];
  /** Rows by what they hold, where that is needed. */
  readonly equal: KeyedRows | null;
}

async function finish(splitting: Splitting, watch: Watch): Promise<MadeSplit> {
  const { table, spec, rowIds: ids, equal } = splitting;
  const parts = partsOfSplit(spec);
  const { assignment, strata } = await place(splitting, step(watch, 0, 0.65));
  const rowsOf = parts.map(() => 0);
  for (const part of assignment) rowsOf[part]! += 1;
  const empty = rowsOf.indexOf(0);
  if (empty >= 0)
    throw tooFew(`The table has ${table.rows} rows; "${parts[empty]!.name}" would get none`, parts.length);
  const classes = strata && (await countClasses(table, strata, assignment, parts.length));
  const search = {
    table,
    spec,
    assignment,
    equalRowsTogether: keepsEqualRows(spec),
    rowIds: ids,
    equalRows: equal,
  };
  const leaks = await findLeaks(search, {}, step(watch, 0.65, 1));
  return {
    spec,
    assignment: packAssignment(assignment, parts.length),
    digest: digestOf(parts, assignment),
    rows: table.rows,
    parts: parts.map(({ name }, index) => ({
      name,
      rows: rowsOf[index]!,
      fraction: rowsOf[index]! / table.rows,
    })),
    classes,
    leakage: { leaks },
  };
}

async function place({ table, spec, plan, equal }: Splitting, watch: Watch): Promise<Placed> {
  const { length } = partsOfSplit(spec);
  const tooFewUnits = (units: number) => tooFew(whatThereIs(spec, units), length);
  return plan.moments
    ? { assignment: await placeMoments(table, spec, plan.moments, tooFewUnits, watch), strata: null }
    : await placeUnits(table, spec, plan, equal, tooFewUnits, watch);
}

/** Of the names of the parts and the part of every row. */
function digestOf(parts: readonly { readonly name: string }[], assignment: Uint8Array) {
  const hasher = createHashing().start();
  hasher.update(Buffer.from(JSON.stringify(parts.map(({ name }) => name))));
  hasher.update(assignment);
  return hasher.digest();
}

function whatThereIs({ method }: DataSplitSpec, units: number): string {
  if (method.kind === 'grouped') return `There are ${units} groups`;
  if (method.kind === 'time') return `The column "${method.column}" has ${units} different times`;
  return `The table has ${units} different rows`;
}

function tooFew(what: string, parts: number): AppError {
  return new AppError('INVALID_INPUT', `${what}, too few for ${parts} parts.`, {
    nextStep:
      'Make fewer parts. Where rows repeat by nature, let them be parted: duplicates "apart" (--duplicates apart).',
  });
}
