import type { RawColumn, RawTable } from '../tables/read-columns.ts';
import { type CategoryFeature, type FeaturePlan, MISSING, type NumberFeature } from './features.ts';

/**
 * The features of every row of the table, 4 bytes a cell however many categories there are: numbers standardised,
 * categories as places, which become one-hot only in a batch.
 */
export class FeatureTable {
  readonly width: number;
  readonly #numbersWidth: number;
  readonly #categoriesWidth: number;
  /** [rows, numbers] */
  readonly #numbers: Float32Array;
  /** [rows, categories]: the matrix column that is 1, or −1 for none. */
  readonly #places: Int32Array;

  constructor(plan: FeaturePlan, table: RawTable) {
    this.width = plan.width;
    this.#numbersWidth = plan.numbers.length;
    this.#categoriesWidth = plan.categories.length;
    this.#numbers = new Float32Array(table.rows * this.#numbersWidth);
    this.#places = new Int32Array(table.rows * this.#categoriesWidth);
    const byName = new Map(table.columns.map((column) => [column.name, column]));
    for (const [index, feature] of plan.numbers.entries()) this.#standardise(feature, byName, index);
    let place = this.#numbersWidth;
    for (const [index, feature] of plan.categories.entries()) {
      this.#encode(feature, byName, index, place);
      place += feature.categories.length;
    }
  }

  /** Write the matrix rows of the table's rows `order[start … start + count)` into `into`, from its beginning. */
  fill(into: Float32Array, order: ArrayLike<number>, start: number, count: number): void {
    const [numbers, categories] = [this.#numbersWidth, this.#categoriesWidth];
    if (categories > 0) into.fill(0, 0, count * this.width);
    for (let index = 0; index < count; index++) {
      const row = order[start + index]!;
      into.set(this.#numbers.subarray(row * numbers, (row + 1) * numbers), index * this.width);
      for (let category = 0; category < categories; category++) {
        const place = this.#places[row * categories + category]!;
        if (place >= 0) into[index * this.width + place] = 1;
      }
    }
  }

  /** The exported graph computes in float32 from float32 inputs; these must be the same numbers. */
  #standardise(
    { column: name, mean, std }: NumberFeature,
    byName: ReadonlyMap<string, RawColumn>,
    index: number,
  ) {
    const column = byName.get(name);
    if (column?.kind !== 'number') throw new Error(`${name} is not a column of numbers`);
    for (let row = 0; row < column.values.length; row++) {
      const value = Math.fround(column.values[row]!);
      const standard = Number.isFinite(value) ? Math.fround(value - mean) / std : 0;
      this.#numbers[row * this.#numbersWidth + index] = standard;
    }
  }

  #encode(
    feature: CategoryFeature,
    byName: ReadonlyMap<string, RawColumn>,
    index: number,
    firstPlace: number,
  ) {
    const column = byName.get(feature.column);
    if (column?.kind !== 'text') throw new Error(`${feature.column} is not a column of words`);
    const places = new Map(feature.categories.map((category, place) => [category, firstPlace + place]));
    const ofCode = Int32Array.from(column.words, (word) => places.get(word) ?? -1);
    const ofMissing = places.get(MISSING) ?? -1;
    for (let row = 0; row < column.codes.length; row++) {
      const code = column.codes[row]!;
      this.#places[row * this.#categoriesWidth + index] = code < 0 ? ofMissing : ofCode[code]!;
    }
  }
}
