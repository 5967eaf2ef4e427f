import { z } from 'zod';
import type { Signature, TensorSpec, TensorType } from '../../../contract/models.contract.ts';

/** Types of columns, and of NumPy as it writes them; what else there is goes over the wire as text. */
const types: Readonly<Record<string, TensorType>> = {
  boolean: 'BOOL',
  integer: 'INT32',
  long: 'INT64',
  float: 'FP32',
  double: 'FP64',
  bool: 'BOOL',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
};
/** Columns have one value for each of any number of rows. */
const ROWS = [-1];

const tensor = z.object({
  type: z.literal('tensor'),
  name: z.string().optional(),
  'tensor-spec': z.object({ dtype: z.string(), shape: z.array(z.number().int()) }),
});
const column = z.object({ type: z.string().regex(/^(?!tensor$)/), name: z.string().optional() });
const specs = z.array(z.union([tensor, column])).max(10_000);

/** What a model takes and gives, from the part `signature` of its MLmodel; what cannot be read counts as not said. */
export function readSignature(said: unknown): Signature {
  const { inputs, outputs } = (said ?? {}) as { inputs?: unknown; outputs?: unknown };
  return { inputs: readSpecs(inputs, 'input'), outputs: readSpecs(outputs, 'output') };
}

/** @param text a JSON text */
function readSpecs(text: unknown, way: string): TensorSpec[] {
  if (typeof text !== 'string') return [];
  try {
    const parsed = specs.parse(JSON.parse(text));
    return parsed.map((spec, index) => {
      const name = spec.name ?? (parsed.length === 1 ? way : `${way} ${index + 1}`);
      if (!('tensor-spec' in spec)) return { name, datatype: types[spec.type] ?? 'BYTES', shape: ROWS };
      const { dtype, shape } = spec['tensor-spec'];
      return { name, datatype: types[dtype] ?? 'BYTES', shape };
    });
  } catch {
    return [];
  }
}
