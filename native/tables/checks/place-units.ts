import { type DataSplitSpec, partsOfSplit } from '../../../app/contract/data-splits.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { partOfUnit, StratumCutter, UnitPlacer } from './cut-stratum.ts';
import { type KeyedRows, withKeyedRows } from './keyed-rows/keyed-rows.ts';
import { numberEqualRows } from './ordinals.ts';
import { named } from './row-identity.ts';
import type { SplitPlan } from './split-plan.ts';
import { numberStrata, type RowStrata } from './strata.ts';
import { streamNumbers, wordsOf128 } from './stream-numbers.ts';
import type { TableView } from './table-view.ts';
import { step, type Watch } from './watch.ts';

const RANK_WORDS = 4;
/** Cuts of all strata are kept where they are not more than these; they take 4 bytes each. */
const KEPT_CUTS = 4_000_000;

export interface Placed {
  readonly assignment: Uint8Array;
  /** Of a stratified split. */
  readonly strata: RowStrata | null;
}

/**
 * Put rows into parts by the MD5 of what they belong to. Rows of one unit go wholly into one part.
 *
 * @param equal rows by what they hold, where rows of one unit are told apart
 * @throws AppError INVALID_INPUT for classes that are none, and for fewer units than parts (`tooFew`)
 */
export async function placeUnits(
  table: TableView,
  spec: DataSplitSpec,
  plan: SplitPlan,
  equal: KeyedRows | null,
  tooFew: (units: number) => AppError,
  watch: Watch,
): Promise<Placed> {
  const { rows, rowColumn, numbered } = table;
  const fractions = partsOfSplit(spec).map(({ fraction }) => fraction);
  const strata = plan.classes ? await numberStrata(table, plan.classes, watch) : null;
  if (strata && strata.rows.length > rows / 2) throw noClasses(plan.classes!.name, strata.rows.length, rows);
  const ordinals = equal ? await numberEqualRows(table, equal, watch.signal) : null;
  const unit = ordinals ? `md5(unit) || '#' || ${ordinals.ordinal}` : 'unit';
  const of = strata ? smallestArray(strata.rows.length, rows) : null;
  const assignment = new Uint8Array(rows);
  await withKeyedRows({ folder: table.spillFolder, rows, keyWords: RANK_WORDS }, async (ranked) => {
    await streamNumbers(
      table,
      `SELECT place, ${wordsOf128('rank')}, stratum
       FROM (SELECT t.place, ${named(`'${spec.seed}:' || md5(${unit})`)} AS rank, ${strata ? 'stratum' : '0::UINTEGER AS stratum'}
             FROM (SELECT ${rowColumn}::UINTEGER AS place, ${plan.unit} AS unit, ${strata?.value ?? 'NULL'} AS class FROM ${numbered}) AS t
               ${strata?.joined ?? ''} ${ordinals?.joined ?? ''})`,
      RANK_WORDS + 2,
      [step(watch, 0, 0.8), 'Ordering'],
      (row) => {
        if (of) of[row[0]!] = row[RANK_WORDS + 1]!;
        ranked.add(row);
      },
    );
    watch.progress(0.8, 'Cutting');
    const cutter = new StratumCutter(fractions, partToKeep(spec));
    if (strata && strata.rows.length > 1)
      await placeInStrata(ranked, cutter, strata.rows, of!, assignment, watch);
    else await placeAll(ranked, cutter.cuts(0, rows), tooFew, assignment, watch);
  });
  return { assignment, strata: strata && { column: strata.column, of: of! } };
}

/** The largest part of a stratified split gets a row of every class; folds are equal. */
function partToKeep(spec: DataSplitSpec): number | null {
  if (spec.method.kind !== 'stratified' || !spec.parts) return null;
  const fractions = spec.parts.map(({ fraction }) => fraction);
  return fractions.indexOf(Math.max(...fractions));
}

/** Every part gets a unit, for which it has to be known how many there are: where that mattered it is done again. */
async function placeAll(
  ranked: KeyedRows,
  cuts: readonly number[],
  tooFew: (units: number) => AppError,
  assignment: Uint8Array,
  { signal }: Watch,
): Promise<void> {
  const parts = cuts.length + 1;
  const lastParts = new Uint8Array(parts);
  const place = async (known: number) => {
    const placer = new UnitPlacer(cuts, known);
    let units = 0;
    await ranked.eachRun((rows, from, to) => {
      const part = placer.next(to - from);
      lastParts[units % parts] = part;
      units += 1;
      for (let index = from; index < to; index++) assignment[rows[index]!] = part;
    }, signal);
    return units;
  };
  const units = await place(Number.POSITIVE_INFINITY);
  if (units < parts) throw tooFew(units);
  for (let back = 1; back <= parts; back++) {
    if (lastParts[(units - back) % parts]! < parts - back) {
      await place(units);
      return;
    }
  }
}

/** Units come in the order of their ranks, so each stratum's own come in theirs. */
async function placeInStrata(
  ranked: KeyedRows,
  cutter: StratumCutter,
  rowsOf: Uint32Array,
  of: ArrayLike<number>,
  assignment: Uint8Array,
  { signal }: Watch,
): Promise<void> {
  const cutsOf = cutsByStratum(cutter, rowsOf);
  const placed = new Uint32Array(rowsOf.length);
  const place = (stratum: number, rows: ArrayLike<number>, from: number, to: number) => {
    const part = partOfUnit(cutsOf(stratum), placed[stratum]!, to - from);
    placed[stratum]! += to - from;
    for (let index = from; index < to; index++) assignment[rows[index]!] = part;
  };
  await ranked.eachRun((rows, from, to) => {
    const stratum = of[rows[from]!]!;
    let same = from + 1;
    while (same < to && of[rows[same]!] === stratum) same += 1;
    if (same === to) return place(stratum, rows, from, to);
    // Equal rows of several classes: the column of classes is one that does not count.
    const byStratum = Map.groupBy(rows.subarray(from, to), (row) => of[row]!);
    for (const [own, members] of byStratum) place(own, members, 0, members.length);
  }, signal);
}

function cutsByStratum(cutter: StratumCutter, rowsOf: Uint32Array): (stratum: number) => ArrayLike<number> {
  const before = new Float64Array(rowsOf.length);
  for (let stratum = 1; stratum < rowsOf.length; stratum++)
    before[stratum] = before[stratum - 1]! + rowsOf[stratum - 1]!;
  const cuts = (stratum: number) => cutter.cuts(before[stratum]!, rowsOf[stratum]!);
  const edges = cuts(0).length;
  if (edges * rowsOf.length > KEPT_CUTS) return cuts;
  const kept = Array.from({ length: rowsOf.length }, (_, stratum) => Uint32Array.from(cuts(stratum)));
  return (stratum) => kept[stratum]!;
}

function smallestArray(values: number, length: number): Uint8Array | Uint16Array | Uint32Array {
  if (values <= 2 ** 8) return new Uint8Array(length);
  return values <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

function noClasses(column: string, values: number, rows: number): AppError {
  return new AppError(
    'INVALID_INPUT',
    `The column "${column}" has ${values} different values in ${rows} rows: these are no classes.`,
    { nextStep: 'Choose a column of classes, or a random split.', details: { column } },
  );
}
