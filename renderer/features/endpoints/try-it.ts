import type { Signature, TensorSpec, TensorType } from '../../../app/contract/models.contract.ts';
import type { Endpoint, Tensor } from '../../../app/contract/serving.contract.ts';
import { fromWireNumber } from '../../../app/contract/wire.ts';

/** How a person fills in an endpoint's inputs. */
export type TryItForm =
  | { readonly kind: 'image'; readonly input: TensorSpec; readonly width: number; readonly height: number }
  | { readonly kind: 'columns'; readonly inputs: readonly TensorSpec[] }
  | { readonly kind: 'tensors' };

/**
 * Chooses the form from the signature: an image is drawn, single columns are fields, anything else is JSON. A model
 * without hints always gets JSON, since nothing says what its numbers mean.
 */
export function tryItForm({ inputs }: Signature): TryItForm {
  const [only] = inputs;
  if (only && inputs.length === 1 && only.hint?.kind === 'image') {
    const { width, height } = only.hint;
    if (width && height && width * height === columnsOf(only)) {
      return { kind: 'image', input: only, width, height };
    }
  }
  const single = inputs.every(({ hint }) => hint?.kind === 'number' || hint?.kind === 'category');
  return inputs.length > 0 && single ? { kind: 'columns', inputs } : { kind: 'tensors' };
}

function columnsOf(spec: TensorSpec): number {
  return spec.shape.slice(1).reduce((product, size) => product * Math.max(1, size), 1);
}

/** A shape with one row in place of every free size. */
function rowShape(spec: TensorSpec): number[] {
  return spec.shape.map((size) => (size < 0 ? 1 : size));
}

/** An image as the tensor [1, width × height], row by row. */
export function imageTensor(input: TensorSpec, pixels: readonly number[]): Tensor {
  return { name: input.name, datatype: input.datatype, shape: rowShape(input), data: [...pixels] };
}

/** The tensors of one row from the fields' text, or the first field that does not fit, in words. */
export function columnTensors(
  inputs: readonly TensorSpec[],
  fields: Readonly<Record<string, string>>,
): { readonly tensors: Tensor[]; readonly problems: Readonly<Record<string, string>> } {
  const problems: Record<string, string> = {};
  const tensors = inputs.map((spec): Tensor => {
    const text = fields[spec.name] ?? '';
    const value = parsedField(spec.datatype, text);
    if (typeof value === 'object') problems[spec.name] = value.problem;
    return {
      name: spec.name,
      datatype: spec.datatype,
      shape: rowShape(spec),
      data: [typeof value === 'object' ? 0 : value],
    };
  });
  return { tensors, problems };
}

function parsedField(datatype: TensorType, text: string): number | string | boolean | { problem: string } {
  const trimmed = text.trim();
  if (datatype === 'BYTES') return text;
  if (datatype === 'BOOL') {
    if (trimmed === 'true' || trimmed === '1') return true;
    if (trimmed === 'false' || trimmed === '0') return false;
    return { problem: `“${trimmed}” is not true or false.` };
  }
  const floating = datatype.startsWith('FP');
  if (trimmed === '' && floating) return 'NaN';
  const value = Number(trimmed.replace('−', '-'));
  if (trimmed === '' || Number.isNaN(value))
    return { problem: `“${trimmed}” is not a number. Write one like 3.5.` };
  if (!floating && !Number.isInteger(value)) return { problem: `${trimmed} is not a whole number.` };
  return value;
}

/** A value for each field to start from: the model's own example, else the middle of its range. */
export function exampleFields(inputs: readonly TensorSpec[]): Record<string, string> {
  return Object.fromEntries(
    inputs.map(({ name, hint }) => {
      const middle = hint?.min !== undefined && hint.max !== undefined ? (hint.min + hint.max) / 2 : 0;
      const example = hint?.example ?? hint?.categories?.[0] ?? middle;
      return [name, typeof example === 'number' ? String(Number(example.toPrecision(4))) : example];
    }),
  );
}

/** Tensors that fit a signature, for the JSON editor and the code samples; one row of plausible values. */
export function sampleTensors({ inputs }: Signature): Tensor[] {
  return inputs.map((spec) => {
    const shape = rowShape(spec);
    const size = shape.reduce((product, side) => product * side, 1);
    const value = sampleValue(spec);
    return {
      name: spec.name,
      datatype: spec.datatype,
      shape,
      data: Array.from({ length: size }, () => value),
    };
  });
}

function sampleValue({ datatype, hint }: TensorSpec): number | string | boolean {
  if (hint?.example !== undefined) return hint.example;
  if (datatype === 'BYTES') return hint?.categories?.[0] ?? 'text';
  return datatype === 'BOOL' ? false : 0;
}

/** The tensors that a person typed as JSON, checked against the signature; or what is wrong and where. */
export function parseTensors(
  text: string,
  signature: Signature,
): { readonly tensors: Tensor[] } | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
  const inputs = Array.isArray(parsed) ? parsed : (parsed as { inputs?: unknown } | null)?.inputs;
  if (!Array.isArray(inputs)) return { problem: 'The JSON needs a list of tensors under "inputs".' };
  const tensors: Tensor[] = [];
  for (const spec of signature.inputs) {
    const given = (inputs as Partial<Tensor>[]).find((tensor) => tensor?.name === spec.name);
    if (!given) return { problem: `The input "${spec.name}" is missing.` };
    const { shape, data } = given;
    if (!Array.isArray(shape) || !Array.isArray(data)) {
      return { problem: `The input "${spec.name}" needs "shape" and "data", both lists.` };
    }
    const fits =
      shape.length === spec.shape.length && spec.shape.every((size, at) => size < 0 || size === shape[at]);
    if (!fits) {
      return {
        problem: `"${spec.name}" has shape [${shape.join(', ')}]; the model needs ${shapeText(spec)}.`,
      };
    }
    const flat = data.flat(Number.POSITIVE_INFINITY) as Tensor['data'];
    const size = shape.reduce((product, side) => product * side, 1);
    if (flat.length !== size) {
      return {
        problem: `"${spec.name}" has ${flat.length} values; its shape [${shape.join(', ')}] needs ${size}.`,
      };
    }
    tensors.push({ name: spec.name, datatype: given.datatype ?? spec.datatype, shape, data: flat });
  }
  return { tensors };
}

/** A shape in words of the screen: free sizes are n. */
export function shapeText({ shape }: Pick<TensorSpec, 'shape'>): string {
  return `[${shape.map((size) => (size < 0 ? 'n' : size)).join(', ')}]`;
}

export type Prediction =
  | {
      readonly kind: 'class';
      readonly label: string;
      /** 0 to 1. */
      readonly confidence: number | null;
      readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
    }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'tensors'; readonly outputs: readonly Tensor[] };

/** Reads the first row of an answer: a class with its probabilities, a number, or the bare tensors. */
export function readPrediction(
  endpoint: Pick<Endpoint, 'task' | 'labels'>,
  outputs: readonly Tensor[],
): Prediction {
  const floats = outputs.filter(({ datatype }) => datatype.startsWith('FP'));
  if (endpoint.task === 'regression') {
    const value = numberAt(floats[0] ?? outputs[0], 0);
    if (value !== null) return { kind: 'value', value };
  }
  if (endpoint.task === 'classification') {
    const classes = endpoint.labels?.length ?? 0;
    const scores = floats.find(({ shape }) => (shape.at(-1) ?? 0) === classes && classes > 1) ?? floats[0];
    const width = scores?.shape.at(-1) ?? 0;
    const probabilities = Array.from({ length: scores ? width : 0 }, (_, index) => ({
      label: endpoint.labels?.[index] ?? String(index),
      probability: numberAt(scores, index) ?? Number.NaN,
    }));
    const best = probabilities.reduce<(typeof probabilities)[number] | null>(
      (top, entry) => (top === null || entry.probability > top.probability ? entry : top),
      null,
    );
    const label = best?.label ?? labelOf(endpoint, outputs);
    if (label !== null) return { kind: 'class', label, confidence: best?.probability ?? null, probabilities };
  }
  return { kind: 'tensors', outputs };
}

function numberAt(tensor: Tensor | undefined, index: number): number | null {
  const value = tensor?.data[index];
  if (value === undefined || typeof value === 'boolean') return null;
  return typeof value === 'number' ? value : fromWireNumber(value as 'NaN');
}

function labelOf(endpoint: Pick<Endpoint, 'labels'>, outputs: readonly Tensor[]): string | null {
  const value = outputs[0]?.data[0];
  if (typeof value === 'number') return endpoint.labels?.[value] ?? String(value);
  return value === undefined ? null : String(value);
}
