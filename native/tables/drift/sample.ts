/** Values of some columns in both tables: `later` tells which table, `value0`, `value1` … are the columns in the type they are compared in. */
export const SAMPLE = 'drift_sample';

/** Name of a column's values in the sample. */
export const valueAt = (place: number): string => `value${place}`;
