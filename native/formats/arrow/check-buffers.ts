import { type Data, DataType } from 'apache-arrow';
import { damaged } from '../files/damaged.ts';

const MOST_ROWS_WITHOUT_BYTES = 100_000_000;
const DEEPEST = 32;

/**
 * See that a column's buffers hold as many values as its header says: the reader believes the header, and a damaged one would be
 * read as rows without end.
 *
 * @throws AppError DATA_MALFORMED
 */
export function checkBuffers(data: Data, column: string, name: string, depth = 0): void {
  const { type, length, offset } = data;
  const lacks = (what: string) =>
    damaged(
      name,
      null,
      `the column "${column}" holds fewer ${what} than the ${length} that its header names`,
    );
  const end = offset + length;
  if (!Number.isSafeInteger(end) || length < 0 || offset < 0 || depth > DEEPEST) throw lacks('values');
  if (data.nullCount > 0 && data.nullBitmap && data.nullBitmap.length * 8 < length)
    throw lacks('marks of missing values');
  if (DataType.isNull(type)) {
    if (length > MOST_ROWS_WITHOUT_BYTES) throw lacks('values');
    return;
  }
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) {
    const each = DataType.isFixedSizeList(type) ? type.listSize : 1;
    for (const child of data.children) {
      if (child.length < length * each) throw lacks('values');
      checkBuffers(child, column, name, depth + 1);
    }
    return;
  }
  const hasOffsets =
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isList(type) ||
    DataType.isLargeList(type) ||
    DataType.isMap(type);
  if (hasOffsets) {
    const offsets = data.valueOffsets as ArrayLike<number | bigint> | undefined;
    if (length > 0 && (offsets?.length ?? 0) < length + 1) throw lacks('values');
    const reach = data.children[0]?.length ?? (data.values as Uint8Array | undefined)?.length ?? 0;
    let last = length > 0 ? Number(offsets![0]) : 0;
    for (let index = 1; index <= length; index++) {
      const here = Number(offsets![index]);
      if (here < last) throw lacks('bytes');
      last = here;
    }
    if (last > reach) throw lacks('bytes');
    for (const child of data.children) checkBuffers(child, column, name, depth + 1);
    return;
  }
  const values = (data.values as ArrayLike<unknown> | undefined)?.length ?? 0;
  const held = DataType.isBool(type) ? values * 8 : values / Math.max(1, data.stride);
  if (held < length) throw lacks('values');
  if (data.dictionary) for (const part of data.dictionary.data) checkBuffers(part, column, name, depth + 1);
}
