import type { Signature, TensorSpec } from '../../contract/models.contract.ts';
import type { WireTensor } from '../../kernel/ports/tensor-frames.ts';
import { parseExactly } from './exact-json.ts';
import { badRequest } from './protocol-error.ts';
import { tensorFromBinary } from './tensor-from-binary.ts';
import { shown, tensorFromJson } from './tensor-from-json.ts';

export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly WireTensor[];
  /** What to answer with, in this order. */
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Read the body of an infer request (Open Inference Protocol v2, with its binary tensor extension) and check it
 * against the model's signature.
 *
 * @param headerLength the value of `Inference-Header-Content-Length`: where JSON ends and raw tensors begin
 * @throws ProtocolError 400 naming the input, what was expected and what came
 */
export function readInferRequest(
  body: Buffer,
  headerLength: string | undefined,
  signature: Signature,
): InferRequest {
  const jsonBytes = headerLength === undefined ? body.byteLength : Number(headerLength);
  if (!Number.isInteger(jsonBytes) || jsonBytes < 0 || jsonBytes > body.byteLength) {
    throw badRequest(
      `Inference-Header-Content-Length is ${shown(headerLength)}, but the body has ${body.byteLength} bytes.`,
    );
  }
  const request = parsed(body.toString('utf8', 0, jsonBytes));
  const { id } = request;
  if (id !== undefined && typeof id !== 'string')
    throw badRequest(`"id" must be a string, not ${shown(id)}.`);
  return {
    id,
    inputs: readInputs(request, body.subarray(jsonBytes), signature),
    outputs: readOutputs(request, signature),
  };
}

function parsed(text: string): Json {
  let value: unknown;
  try {
    value = parseExactly(text, hasRoundedLong);
  } catch (error) {
    throw badRequest(`The body is not JSON: ${(error as Error).message}.`);
  }
  if (!isObject(value))
    throw badRequest(`The body must be a JSON object with "inputs", not ${shown(value)}.`);
  return value;
}

function hasRoundedLong(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.inputs)) return false;
  return value.inputs.some(
    (input) => isObject(input) && /^U?INT64$/.test(String(input.datatype)) && holdsUnsafe(input.data),
  );
}

function holdsUnsafe(data: unknown): boolean {
  if (Array.isArray(data)) return data.some(holdsUnsafe);
  return typeof data === 'number' && !Number.isSafeInteger(data);
}

function readInputs(request: Json, raw: Buffer, signature: Signature): WireTensor[] {
  const { inputs } = request;
  if (!Array.isArray(inputs)) throw badRequest(`"inputs" must be a list of tensors, not ${shown(inputs)}.`);
  const byName = new Map<string, WireTensor>();
  let rawAt = 0;
  for (const input of inputs as unknown[]) {
    if (!isObject(input)) throw badRequest(`Every input must be an object, not ${shown(input)}.`);
    const { name, parameters } = input;
    const spec = signature.inputs.find((candidate) => candidate.name === name);
    if (!spec) throw badRequest(`The model has no input ${shown(name)}; it takes ${list(signature.inputs)}.`);
    if (byName.has(spec.name)) throw badRequest(`Input "${spec.name}" is given twice.`);
    const shape = checkedHead(input, spec);
    const size = isObject(parameters) ? parameters.binary_data_size : undefined;
    if (size === undefined) {
      byName.set(spec.name, {
        ...spec,
        shape,
        bytes: tensorFromJson(input.data, spec.datatype, shape, spec.name),
      });
      continue;
    }
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || rawAt + size > raw.byteLength) {
      throw badRequest(
        `Input "${spec.name}": binary_data_size is ${shown(size)}, but ${raw.byteLength - rawAt} bytes follow the JSON.`,
      );
    }
    const bytes = tensorFromBinary(raw.subarray(rawAt, rawAt + size), spec.datatype, shape, spec.name);
    byName.set(spec.name, { ...spec, shape, bytes });
    rawAt += size;
  }
  if (rawAt !== raw.byteLength)
    throw badRequest(`${raw.byteLength - rawAt} bytes after the JSON belong to no input.`);
  return signature.inputs.map((spec) => {
    const tensor = byName.get(spec.name);
    if (!tensor)
      throw badRequest(`Input "${spec.name}" (${spec.datatype}, shape [${spec.shape}]) is missing.`);
    return { name: tensor.name, datatype: tensor.datatype, shape: tensor.shape, bytes: tensor.bytes };
  });
}

function checkedHead(input: Json, spec: TensorSpec): number[] {
  const { datatype, shape } = input;
  if (datatype !== spec.datatype) {
    throw badRequest(`Input "${spec.name}": the model takes ${spec.datatype}, not ${shown(datatype)}.`);
  }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw badRequest(
      `Input "${spec.name}": "shape" must be a list of sizes, not ${Array.isArray(shape) ? JSON.stringify(shape) : shown(shape)}.`,
    );
  }
  const fits =
    shape.length === spec.shape.length &&
    spec.shape.every((size, axis) => size === -1 || size === shape[axis]);
  if (!fits) {
    throw badRequest(
      `Input "${spec.name}": the model takes shape [${spec.shape}] (-1 is any size), not [${shape}].`,
    );
  }
  return shape as number[];
}

function readOutputs(request: Json, signature: Signature): InferRequest['outputs'] {
  const { outputs, parameters } = request;
  const allBinary = isObject(parameters) && parameters.binary_data_output === true;
  if (outputs === undefined) return signature.outputs.map(({ name }) => ({ name, binary: allBinary }));
  if (!Array.isArray(outputs) || outputs.length === 0) {
    throw badRequest(
      `"outputs" must be a list of the wanted outputs, or left out for all of them, not ${shown(outputs)}.`,
    );
  }
  const seen = new Set<string>();
  return (outputs as unknown[]).map((output) => {
    const name = isObject(output) ? output.name : undefined;
    if (!signature.outputs.some((candidate) => candidate.name === name)) {
      throw badRequest(`The model has no output ${shown(name)}; it gives ${list(signature.outputs)}.`);
    }
    if (seen.has(name as string)) throw badRequest(`Output ${shown(name)} is asked for twice.`);
    seen.add(name as string);
    const own = isObject(output) && isObject(output.parameters) ? output.parameters.binary_data : undefined;
    return { name: name as string, binary: typeof own === 'boolean' ? own : allBinary };
  });
}

function list(specs: readonly TensorSpec[]): string {
  return specs.map(({ name }) => `"${name}"`).join(', ');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
