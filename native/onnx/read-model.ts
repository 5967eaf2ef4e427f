import { AppError } from '../../app/kernel/app-error.ts';
import { type Dimension, type ElementType, elementTypes, type ValueInfo } from './onnx-model.ts';
import { type ProtobufField, ProtobufReader } from './protobuf-reader.ts';

/** What an ONNX file says of itself, weights aside. */
export interface ModelSummary {
  /** Real inputs: a name that has an initializer is a constant with a default, not counted here. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly operators: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly hasExternalData: boolean;
}

/** Deeper than any real model nests its branches and loops; a file made to exhaust the stack is refused. */
const DEEPEST = 64;

interface Draft {
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  operators: string[];
  initializers: Set<string>;
  hasExternalData: boolean;
}

/**
 * Read the outline of an ONNX model from its bytes. Field numbers are those of onnx.proto3.
 *
 * @throws AppError MODEL_INVALID for bytes that are cut short or are no ONNX model
 */
export function readModel(bytes: Uint8Array): ModelSummary {
  const draft: Draft = {
    inputs: [],
    outputs: [],
    operators: [],
    initializers: new Set(),
    hasExternalData: false,
  };
  const metadata: Record<string, string> = {};
  let hasVersion = false;
  let hasGraph = false;
  for (const { field, content } of new ProtobufReader(bytes).fields()) {
    if (field === 1) hasVersion = true;
    if (field === 7) {
      hasGraph = true;
      readGraph(content, draft, 0);
    }
    if (field === 14) {
      const [key, value] = texts(content, [1, 2]);
      metadata[key!] = value!;
    }
  }
  if (!hasVersion || !hasGraph) {
    throw new AppError('MODEL_INVALID', 'The file is cut short or is not an ONNX model: it has no graph.');
  }
  return {
    inputs: draft.inputs.filter(({ name }) => !draft.initializers.has(name)),
    outputs: draft.outputs,
    operators: draft.operators,
    metadata,
    hasExternalData: draft.hasExternalData,
  };
}

function readGraph(reader: ProtobufReader, draft: Draft, depth: number): void {
  if (depth > DEEPEST) {
    throw new AppError('MODEL_INVALID', `The model nests graphs more than ${DEEPEST} deep.`);
  }
  for (const { field, content } of reader.fields()) {
    if (field === 1) readNode(content, draft, depth);
    else if (field === 5) draft.initializers.add(readTensor(content, draft));
    else if (field === 15) readSparseTensor(content, draft);
    else if (field === 11 && depth === 0) draft.inputs.push(readValueInfo(content));
    else if (field === 12 && depth === 0) draft.outputs.push(readValueInfo(content));
  }
}

function readNode(reader: ProtobufReader, draft: Draft, depth: number): void {
  for (const { field, content } of reader.fields()) {
    if (field === 4) draft.operators.push(content.text());
    if (field !== 5) continue;
    // Attributes hold tensors (5, 10) and whole graphs (6, 11): branches and loop bodies.
    for (const attribute of content.fields()) {
      if (attribute.field === 5 || attribute.field === 10) readTensor(attribute.content, draft);
      if (attribute.field === 6 || attribute.field === 11) readGraph(attribute.content, draft, depth + 1);
    }
  }
}

function readSparseTensor(reader: ProtobufReader, draft: Draft): void {
  for (const { field, content } of reader.fields()) {
    if (field === 1 || field === 2) readTensor(content, draft);
  }
}

/** @returns the tensor's name */
function readTensor(reader: ProtobufReader, draft: Draft): string {
  let name = '';
  for (const { field, value, content } of reader.fields()) {
    if (field === 8) name = content.text();
    if (field === 13 || (field === 14 && value === 1n)) draft.hasExternalData = true;
  }
  return name;
}

function readValueInfo(reader: ProtobufReader): ValueInfo {
  let name = '';
  let type: ElementType = 'float32';
  const shape: Dimension[] = [];
  for (const part of reader.fields()) {
    if (part.field === 1) name = part.content.text();
    if (part.field !== 2) continue;
    for (const tensor of inner(part, 1)) {
      if (tensor.field === 1) type = elementType(tensor.value);
      if (tensor.field === 2)
        for (const size of inner(tensor, 1, true)) shape.push(readDimension(size.content));
    }
  }
  return { name, type, shape };
}

/** The fields of the messages in field `wanted`, or with `whole` those messages themselves. */
function* inner(outer: ProtobufField, wanted: number, whole = false): Generator<ProtobufField> {
  for (const each of outer.content.fields()) {
    if (each.field !== wanted) continue;
    if (whole) yield each;
    else yield* each.content.fields();
  }
}

/** A size, its name, or `?` where the file says neither. */
function readDimension(reader: ProtobufReader): Dimension {
  for (const { field, value, content } of reader.fields()) {
    if (field === 1) return Number(BigInt.asIntN(64, value));
    if (field === 2) return content.text();
  }
  return '?';
}

function elementType(number: bigint): ElementType {
  const found = Object.entries(elementTypes).find(([, each]) => BigInt(each) === number);
  if (!found) {
    throw new AppError(
      'MODEL_INVALID',
      `The model has a tensor of element type ${number}, which is not known here.`,
    );
  }
  return found[0] as ElementType;
}

function texts(reader: ProtobufReader, wanted: readonly number[]): string[] {
  const found = wanted.map(() => '');
  for (const { field, content } of reader.fields()) {
    const at = wanted.indexOf(field);
    if (at >= 0) found[at] = content.text();
  }
  return found;
}
