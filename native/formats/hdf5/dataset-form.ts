import type { Metadata } from 'h5wasm';
import { valueTypeOf } from '../numpy/array-values.ts';
import type { ValueType } from '../table/write-table.ts';

/** Classes of types as HDF5 numbers them. */
const INTEGER = 0;
const FLOAT = 1;
const TEXT = 3;
const COMPOUND = 6;
const ENUM = 8;
const ARRAY = 10;

/** A value that is read from the bytes of a record, in NumPy's words for its type. */
export interface Field {
  /** Empty for a value that is the whole record. */
  readonly name: string;
  readonly offset: number;
  readonly descr: string;
  readonly itemBytes: number;
}

/** How a data set is read: as values that the library gives, or as records of fields; or why it has no place in a table. */
export type DatasetForm =
  | { readonly kind: 'values'; readonly type: ValueType }
  | { readonly kind: 'records'; readonly fields: readonly Field[] }
  | { readonly kind: 'unread'; readonly reason: string };

type Type = Omit<Metadata, 'shape' | 'maxshape' | 'chunks' | 'total_size'>;

/** The form of a data set of this type. Compound types become a field for each member, and for each place of a member that is an array. */
export function formOf(metadata: Type): DatasetForm {
  const { type, size, signed, vlen, compound_type: compound } = metadata;
  if (type === COMPOUND && compound) {
    const fields = compound.members.map(({ name, offset, ...member }) => fieldsOf(member, name, offset));
    const at = fields.indexOf(null);
    if (at < 0 && fields.length > 0) return { kind: 'records', fields: fields.flatMap((each) => each!) };
    return unread(`records whose member "${compound.members[at]?.name ?? ''}" is no number, text or flag`);
  }
  if (type === TEXT) return { kind: 'values', type: 'text' };
  if (vlen) return unread('lists of different length');
  if (type === FLOAT && size === 2) {
    // The library does not know floats of 16 bits, and hands all numbers over with the lowest byte first.
    return { kind: 'records', fields: [{ name: '', offset: 0, descr: '<f2', itemBytes: 2 }] };
  }
  if (type === INTEGER && size === 8) return { kind: 'values', type: signed ? 'int64' : 'double' };
  if (type === ENUM) return { kind: 'values', type: isFlag(metadata) ? 'boolean' : 'int64' };
  const descr = descrOf(metadata);
  if (descr === null) return unread('values that are no numbers, texts or flags');
  return { kind: 'values', type: valueTypeOf({ descr }) };
}

const unread = (reason: string): DatasetForm => ({ kind: 'unread', reason });

/** Null for a member that is a record itself, a reference or of no fixed length. */
function fieldsOf(type: Type, name: string, offset: number): readonly Field[] | null {
  const { array_type: array } = type;
  if (type.type !== ARRAY || !array) {
    const descr = descrOf(type);
    return descr === null ? null : [{ name, offset, descr, itemBytes: type.size }];
  }
  const descr = descrOf(array);
  if (descr === null) return null;
  return Array.from({ length: Math.floor(type.size / array.size) }, (_, index) => ({
    name: `${name}_${index}`,
    offset: offset + index * array.size,
    descr,
    itemBytes: array.size,
  }));
}

/** NumPy's words for a type of fixed size, or null. */
function descrOf(type: Type): string | null {
  const { size, signed, vlen, littleEndian } = type;
  const order = littleEndian ? '<' : '>';
  if (vlen) return null;
  if (type.type === TEXT) return `|S${size}`;
  if (type.type === ENUM && isFlag(type) && size === 1) return '|b1';
  if (type.type === FLOAT) return [2, 4, 8].includes(size) ? `${order}f${size}` : null;
  const isWhole = type.type === INTEGER || type.type === ENUM;
  return isWhole && [1, 2, 4, 8].includes(size) ? `${order}${signed ? 'i' : 'u'}${size}` : null;
}

const isFlag = ({ enum_type: values }: Pick<Metadata, 'enum_type'>): boolean =>
  values !== undefined && values.nmembers === 2 && 'FALSE' in values.members && 'TRUE' in values.members;
