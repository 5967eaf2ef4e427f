import { DataType, type Field, type Schema, type Vector } from 'apache-arrow';
import { damaged } from '../files/damaged.ts';
import type { TableColumn, TableValue, ValueType } from '../table/write-table.ts';

/** How a column of an Arrow file goes into the table. */
export interface ArrowColumn extends TableColumn {
  readonly cell: (value: unknown) => TableValue;
}

/** @throws AppError DATA_MALFORMED for columns of bytes, which have no place in a table */
export const arrowColumns = (schema: Schema, name: string): ArrowColumn[] =>
  schema.fields.map((field) => columnOf(field, name));

function columnOf(field: Field, name: string): ArrowColumn {
  if (typeof field.name !== 'string' || !field.type) throw damaged(name, null, 'its schema is damaged');
  const type: DataType = DataType.isDictionary(field.type) ? field.type.dictionary : field.type;
  const as = (kind: ValueType, cell: ArrowColumn['cell']): ArrowColumn => ({
    name: field.name,
    type: kind,
    cell,
  });
  if (DataType.isInt(type)) {
    if (type.bitWidth === 64)
      return type.isSigned ? as('int64', (value) => value as bigint) : as('double', Number);
    return as(type.bitWidth === 32 && !type.isSigned ? 'int64' : 'int32', (value) => value as number);
  }
  if (DataType.isFloat(type)) return as('double', (value) => value as number);
  if (DataType.isDecimal(type)) {
    const { scale } = type;
    return as('double', (value) => decimalOf(value as Uint32Array, scale));
  }
  if (DataType.isBool(type)) return as('boolean', (value) => value as boolean);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return as('time', microsOf);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) {
    throw damaged(
      name,
      null,
      `the column "${field.name}" holds ${type}, which a table cannot show or train on`,
      'Leave the column out, or write it as text or numbers.',
    );
  }
  if (
    DataType.isList(type) ||
    DataType.isLargeList(type) ||
    DataType.isFixedSizeList(type) ||
    DataType.isStruct(type) ||
    DataType.isMap(type)
  ) {
    return as('text', (value) =>
      JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)),
    );
  }
  return as('text', (value) => String(value).replaceAll('\0', ' '));
}

/** Little-endian words of a two's complement number, `scale` digits of which stand behind the point. */
function decimalOf(words: Uint32Array, scale: number): number {
  let value = 0n;
  for (let index = words.length - 1; index >= 0; index--) value = (value << 32n) | BigInt(words[index]!);
  const signed = BigInt.asIntN(words.length * 32, value);
  // Through text: dividing a double by a power of ten would round twice.
  return Number(`${signed}e${-scale}`);
}

/** The reader gives milliseconds, with a fraction where the file counts finer. */
function microsOf(milliseconds: unknown): bigint | null {
  const micros = Math.round(Number(milliseconds) * 1000);
  return Number.isSafeInteger(micros) ? BigInt(micros) : null;
}

/** @throws AppError DATA_MALFORMED where the file promises values that it does not hold */
export function cellOf(vector: Vector, row: number, column: ArrowColumn, name: string): TableValue {
  const value: unknown = vector.get(row);
  if (value === null) return null;
  if (value === undefined)
    throw damaged(name, null, `the column "${column.name}" ends before its row ${row + 1}`);
  return column.cell(value);
}
