import type { WireTensor } from '../../kernel/ports/tensor-frames.ts';
import { fromHalf } from './half-float.ts';

/**
 * A tensor's values as the text of a flat JSON list. Integers of 64 bits keep all their digits as JSON numbers. NaN
 * and infinities become the strings "NaN", "Infinity" and "-Infinity", as the protobuf JSON mapping writes them; the
 * text is always valid JSON.
 *
 * @param tensor `bytes` must start at a multiple of the element's size in its buffer, as frames are received
 */
export function tensorToJson({ datatype, bytes }: WireTensor): string {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (datatype) {
    case 'BOOL':
      return `[${Array.from(bytes, (byte) => byte !== 0).join(',')}]`;
    case 'BYTES':
      return JSON.stringify(textsOf(bytes));
    case 'UINT8':
      return `[${bytes.join(',')}]`;
    case 'INT8':
      return `[${new Int8Array(buffer, byteOffset, byteLength).join(',')}]`;
    case 'UINT16':
      return `[${new Uint16Array(buffer, byteOffset, byteLength / 2).join(',')}]`;
    case 'INT16':
      return `[${new Int16Array(buffer, byteOffset, byteLength / 2).join(',')}]`;
    case 'UINT32':
      return `[${new Uint32Array(buffer, byteOffset, byteLength / 4).join(',')}]`;
    case 'INT32':
      return `[${new Int32Array(buffer, byteOffset, byteLength / 4).join(',')}]`;
    case 'UINT64':
      return `[${new BigUint64Array(buffer, byteOffset, byteLength / 8).join(',')}]`;
    case 'INT64':
      return `[${new BigInt64Array(buffer, byteOffset, byteLength / 8).join(',')}]`;
    case 'FP16':
      return floats(Float64Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), fromHalf));
    case 'FP32':
      return floats(new Float32Array(buffer, byteOffset, byteLength / 4));
    case 'FP64':
      return floats(new Float64Array(buffer, byteOffset, byteLength / 8));
  }
}

/** The elements of a BYTES tensor as text. */
export function textsOf(bytes: Uint8Array): string[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const end = at + 4 + view.readUInt32LE(at);
    texts.push(view.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}

function floats(values: Float32Array | Float64Array): string {
  for (const value of values) {
    if (!Number.isFinite(value) || Object.is(value, -0))
      return `[${Array.from(values, floatText).join(',')}]`;
  }
  return `[${values.join(',')}]`;
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
}
