import { ByteReader, ByteWriter } from './byte-stream.ts';
import { checkedBytes, DamagedBytes, openChecked } from './checked-bytes.ts';
import type { MetricColumns } from './metric-columns.ts';
import { decodeNumbers, encodeRegular, encodeValues } from './number-codec.ts';

/** Points in the order of recording as bytes with a checksum: one point takes about 25 bytes, of 2,048 each 3 to 8. */
export function encodeChunk({ steps, timesMs, values }: MetricColumns): Uint8Array {
  const writer = new ByteWriter(64 + steps.length * 16);
  writer.varint(steps.length);
  writer.sized(encodeRegular(steps));
  writer.sized(encodeRegular(timesMs));
  writer.sized(encodeValues(values));
  return checkedBytes(writer.bytes(), true);
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
