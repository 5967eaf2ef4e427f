/** Shares of the parts in order, adding up to 1. */
export type Fractions = readonly number[];

/**
 * Where the parts end inside each stratum, in rows from the stratum's begin. Rounding goes on from stratum to stratum, so that
 * the parts have their shares of the whole within a row and of every stratum within two, however small the strata are.
 */
export class StratumCutter {
  readonly #edges: readonly number[];
  readonly #keep: number | null;

  /** @param keep place of a part that gets at least one row of every stratum, or null */
  constructor(fractions: Fractions, keep: number | null) {
    let sum = 0;
    this.#edges = fractions.slice(0, -1).map((fraction) => {
      sum += fraction;
      return sum;
    });
    this.#keep = keep;
  }

  /**
   * Ends of all parts but the last, ascending.
   *
   * @param before rows of all strata before this one
   */
  cuts(before: number, rows: number): number[] {
    const after = before + rows;
    const cuts = this.#edges.map((edge) => Math.round(edge * after) - Math.round(edge * before));
    for (let index = 1; index < cuts.length; index++) cuts[index] = Math.max(cuts[index]!, cuts[index - 1]!);
    return this.#keep === null ? cuts : withOneFor(this.#keep, cuts, rows);
  }
}

function withOneFor(part: number, cuts: number[], rows: number): number[] {
  const begin = part === 0 ? 0 : cuts[part - 1]!;
  const end = part === cuts.length ? rows : cuts[part]!;
  if (end > begin) return cuts;
  return begin > 0
    ? cuts.map((cut, index) => (index < part ? Math.min(cut, begin - 1) : cut))
    : cuts.map((cut, index) => (index < part ? cut : Math.max(cut, 1)));
}

/** Which part a unit belongs to: the one in which its middle falls. @param before rows of the units before it, in its stratum */
export function partOfUnit(cuts: ArrayLike<number>, before: number, rows: number): number {
  const middle = before + rows / 2;
  let part = 0;
  while (part < cuts.length && cuts[part]! <= middle) part += 1;
  return part;
}

/** Goes through the units of a table without strata, in their order: every part gets at least one. */
export class UnitPlacer {
  readonly #cuts: readonly number[];
  readonly #units: number;
  #rows = 0;
  #unit = 0;
  #part = -1;

  /** @param units how many there are; infinitely many while nobody knows */
  constructor(cuts: readonly number[], units: number) {
    this.#cuts = cuts;
    this.#units = units;
  }

  next(rows: number): number {
    const parts = this.#cuts.length + 1;
    const own = partOfUnit(this.#cuts, this.#rows, rows);
    this.#part = Math.max(Math.min(own, this.#part + 1), parts - (this.#units - this.#unit));
    this.#rows += rows;
    this.#unit += 1;
    return this.#part;
  }
}
