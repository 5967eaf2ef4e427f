import { isUtf8 } from 'node:buffer';
import type { TensorType } from '../../contract/models.contract.ts';
import { elementBytes } from './element-types.ts';
import { badRequest } from './protocol-error.ts';

/**
 * Check a tensor that came as raw bytes (the protocol's binary tensor extension) and return it as it is.
 *
 * @throws ProtocolError 400 naming the input, what was expected and what came
 */
export function tensorFromBinary(
  bytes: Buffer,
  datatype: TensorType,
  shape: readonly number[],
  name: string,
): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (datatype === 'BYTES') {
    checkTexts(bytes, count, name);
    return bytes;
  }
  const expected = count * elementBytes[datatype];
  if (bytes.byteLength !== expected) {
    throw badRequest(
      `Input "${name}": ${datatype} of shape [${shape}] takes ${expected} bytes, not ${bytes.byteLength}.`,
    );
  }
  if (datatype === 'BOOL') {
    const wrong = bytes.findIndex((byte) => byte > 1);
    if (wrong >= 0)
      throw badRequest(`Input "${name}": byte ${wrong} must be 0 or 1 for BOOL, not ${bytes[wrong]}.`);
  }
  return bytes;
}

function checkTexts(bytes: Buffer, count: number, name: string): void {
  let found = 0;
  for (let at = 0; at < bytes.byteLength; found++) {
    const start = at + 4;
    const end = start <= bytes.byteLength ? start + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (end > bytes.byteLength)
      throw badRequest(
        `Input "${name}": element ${found} of BYTES reaches beyond its ${bytes.byteLength} bytes.`,
      );
    if (!isUtf8(bytes.subarray(start, end)))
      throw badRequest(`Input "${name}": element ${found} of BYTES is not UTF-8 text.`);
    at = end;
  }
  if (found !== count)
    throw badRequest(`Input "${name}": the shape takes ${count} elements of BYTES, not ${found}.`);
}
