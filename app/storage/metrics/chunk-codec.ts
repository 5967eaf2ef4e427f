import { ByteReader, ByteWriter } from './byte-stream.ts';
import { checkedBytes, DamagedBytes, openChecked } from './checked-bytes.ts';
import type { MetricColumns } from './metric-columns.ts';
import { decodeNumbers, encodeRegular, encodeTightly, encodeValues } from './number-codec.ts';

/** Points in the order of recording as bytes with a checksum: one point takes about 25 bytes, of 2,048 each 3 to 8. */
export function encodeChunk({ steps, timesMs, values }: MetricColumns): Uint8Array {
  const writer = new ByteWriter(64 + steps.length * 16);
  writer.varint(steps.length);
  writer.sized(encodeRegular(steps));
  writer.sized(encodeRegular(timesMs));
  writer.sized(encodeValues(values));
  return checkedBytes(writer.bytes(), true);
}

/** The same in fewer bytes, for a chunk that never changes again: a point of single precision takes 2 to 3. */
export function packChunk(columns: MetricColumns): Uint8Array {
  const { steps, timesMs, values } = columns;
  const writer = new ByteWriter(64 + steps.length * 8);
  writer.varint(steps.length);
  for (const column of [steps, timesMs, values]) writer.sized(encodeTightly(column));
  const packed = checkedBytes(writer.bytes(), false);
  // What repeats itself over and over is smaller in the other way.
  const plain = encodeChunk(columns);
  return plain.length < packed.length ? plain : packed;
}

/**
 * @param points how many there have to be
 * @throws DamagedBytes
 */
export function decodeChunk(bytes: Uint8Array, points: number): MetricColumns {
  const reader = new ByteReader(openChecked(bytes));
  const count = reader.varint();
  if (count !== points) throw new DamagedBytes(`there are ${count} points where ${points} were recorded`);
  return {
    steps: decodeNumbers(reader.sized(), count),
    timesMs: decodeNumbers(reader.sized(), count),
    values: decodeNumbers(reader.sized(), count),
  };
}
