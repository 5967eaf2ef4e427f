import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { Signature, TensorSpec, TensorType } from '../../app/contract/models.contract.ts';
import type { WireTensor } from '../../app/kernel/ports/tensor-frames.ts';
import { checkOnnxFile, invalid } from './onnx-file.ts';

/** The protocol's name of every tensor type that ONNX Runtime passes in and out of JavaScript. */
const protocolTypes: Partial<Record<Tensor.Type, TensorType>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

export interface OnnxSession {
  readonly signature: Signature;
  readonly metadata: Readonly<Record<string, string>>;
  /** Blocks this thread while the model computes. */
  run(
    inputs: readonly WireTensor[],
    outputs?: readonly string[],
  ): Promise<{ readonly outputs: WireTensor[]; readonly modelMs: number }>;
}

/**
 * Check an ONNX file and load it with ONNX Runtime on the CPU.
 *
 * @param threads threads within one operator
 * @throws AppError MODEL_INVALID with the reason
 */
export async function openSession(path: string, threads: number): Promise<OnnxSession> {
  const { metadata } = checkOnnxFile(path);
  env.logLevel = 'error';
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw invalid(`ONNX Runtime does not load it: ${oneLine(error)}`, path);
  }
  const signature = {
    inputs: session.inputMetadata.map((value) => specOf(value, path)),
    outputs: session.outputMetadata.map((value) => specOf(value, path)),
  };
  return {
    signature,
    metadata,
    async run(inputs, outputs) {
      const feeds = Object.fromEntries(inputs.map((input) => [input.name, toTensor(input)]));
      const startedAt = performance.now();
      const results = outputs ? await session.run(feeds, outputs) : await session.run(feeds);
      const modelMs = performance.now() - startedAt;
      const names = outputs ?? session.outputNames;
      return { outputs: names.map((name) => fromTensor(name, results[name] as Tensor)), modelMs };
    },
  };
}

function specOf(value: InferenceSession.ValueMetadata, path: string): TensorSpec {
  if (!value.isTensor) {
    throw invalid(
      `"${value.name}" is a sequence or map, not a tensor.`,
      path,
      'Export it with tensors only; for scikit-learn: options={"zipmap": False}.',
    );
  }
  const datatype = protocolTypes[value.type];
  if (!datatype)
    throw invalid(`"${value.name}" has elements of type ${value.type}, which the protocol has not.`, path);
  return {
    name: value.name,
    datatype,
    shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}

function toTensor({ datatype, shape, bytes }: WireTensor): Tensor {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (datatype) {
    case 'BOOL':
      return new Tensor('bool', bytes, shape);
    case 'UINT8':
      return new Tensor('uint8', bytes, shape);
    case 'INT8':
      return new Tensor('int8', new Int8Array(buffer, byteOffset, byteLength), shape);
    case 'UINT16':
      return new Tensor('uint16', new Uint16Array(buffer, byteOffset, byteLength / 2), shape);
    case 'INT16':
      return new Tensor('int16', new Int16Array(buffer, byteOffset, byteLength / 2), shape);
    case 'FP16':
      return halfTensor(new Uint16Array(buffer, byteOffset, byteLength / 2), shape);
    case 'UINT32':
      return new Tensor('uint32', new Uint32Array(buffer, byteOffset, byteLength / 4), shape);
    case 'INT32':
      return new Tensor('int32', new Int32Array(buffer, byteOffset, byteLength / 4), shape);
    case 'FP32':
      return new Tensor('float32', new Float32Array(buffer, byteOffset, byteLength / 4), shape);
    case 'UINT64':
      return new Tensor('uint64', new BigUint64Array(buffer, byteOffset, byteLength / 8), shape);
    case 'INT64':
      return new Tensor('int64', new BigInt64Array(buffer, byteOffset, byteLength / 8), shape);
    case 'FP64':
      return new Tensor('float64', new Float64Array(buffer, byteOffset, byteLength / 8), shape);
    case 'BYTES':
      return new Tensor('string', texts(bytes), shape);
  }
}

/**
 * Where JavaScript has Float16Array, the constructor turns the bits into one, which the native side (1.30) does not
 * know: it takes them for zero bytes. It reads `data`, so that is given as the bits.
 */
export function halfTensor(bits: Uint16Array, shape: readonly number[]): Tensor {
  return Object.defineProperty(new Tensor('float16', bits, shape), 'data', { value: bits });
}

function fromTensor(name: string, tensor: Tensor): WireTensor {
  const datatype = protocolTypes[tensor.type]!;
  const { data } = tensor;
  const bytes = Array.isArray(data)
    ? joined(data)
    : new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return { name, datatype, shape: tensor.dims, bytes };
}

function texts(bytes: Uint8Array): string[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: string[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const end = at + 4 + view.readUInt32LE(at);
    elements.push(view.toString('utf8', at + 4, end));
    at = end;
  }
  return elements;
}

function joined(elements: readonly string[]): Uint8Array {
  const pieces: Buffer[] = [];
  for (const element of elements) {
    const content = Buffer.from(element, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.byteLength, 0);
    pieces.push(length, content);
  }
  return Buffer.concat(pieces);
}

/** What ONNX Runtime said, without the line breaks, build paths and addresses that it puts in. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\s+/g, ' ')
    .replace(/\S+\.(?:cc|h):\d+ /g, '')
    .slice(0, 500)
    .trim();
}
