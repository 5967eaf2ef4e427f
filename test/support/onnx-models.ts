/**
 * Tiny ONNX models as bytes, written with the field numbers of onnx.proto3, for tests that need one of every kind.
 */
const ELEMENT_TYPES = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

export interface ModelValue {
  readonly name: string;
  readonly type: ElementType;
  /** A text is a symbolic size. */
  readonly shape: readonly (number | string)[];
}

export interface ModelNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ModelSketch {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly nodes: readonly ModelNode[];
  readonly weights?: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Name a file that would hold one more weight. */
  readonly externalFile?: string;
}

export function onnxModel(sketch: ModelSketch): Uint8Array {
  const graph = [
    ...sketch.nodes.map((node) =>
      field(
        1,
        Buffer.concat([
          ...node.inputs.map((name) => field(1, name)),
          ...node.outputs.map((name) => field(2, name)),
          field(4, node.op),
        ]),
      ),
    ),
    field(2, 'graph'),
    ...(sketch.weights ?? []).map(({ name, shape, values }) =>
      field(
        5,
        Buffer.concat([
          ...shape.map((size) => number(1, size)),
          number(2, ELEMENT_TYPES.FP32),
          field(8, name),
          field(9, bytesOf(values)),
        ]),
      ),
    ),
    ...(sketch.externalFile
      ? [
          field(
            5,
            Buffer.concat([
              number(1, 1),
              number(2, 1),
              field(8, 'outside'),
              field(13, Buffer.concat([field(1, 'location'), field(2, sketch.externalFile)])),
              number(14, 1),
            ]),
          ),
        ]
      : []),
    ...sketch.inputs.map((value) => field(11, valueInfo(value))),
    ...sketch.outputs.map((value) => field(12, valueInfo(value))),
  ];
  return Buffer.concat([
    number(1, 8),
    field(7, Buffer.concat(graph)),
    field(8, number(2, 17)),
    ...Object.entries(sketch.metadata ?? {}).map(([key, value]) =>
      field(14, Buffer.concat([field(1, key), field(2, value)])),
    ),
  ]);
}

/** `y` is `x`, of any number of rows. */
export function identityModel(
  type: ElementType,
  columns = 3,
  metadata: Record<string, string> = {},
): Uint8Array {
  const shape = ['n', columns];
  return onnxModel({
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    metadata,
  });
}

/** `y` is `x` times `factor`, so that two versions can be told apart. */
export function scalingModel(factor: number, columns = 3): Uint8Array {
  const shape = ['n', columns];
  return onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape }],
    outputs: [{ name: 'y', type: 'FP32', shape }],
    nodes: [{ op: 'Mul', inputs: ['x', 'factor'], outputs: ['y'] }],
    weights: [{ name: 'factor', shape: [1], values: new Float32Array([factor]) }],
  });
}

function valueInfo({ name, type, shape }: ModelValue): Buffer {
  const dimensions = shape.map((size) =>
    field(1, typeof size === 'number' ? number(1, size) : field(2, size)),
  );
  const tensor = Buffer.concat([number(1, ELEMENT_TYPES[type]), field(2, Buffer.concat(dimensions))]);
  return Buffer.concat([field(1, name), field(2, field(1, tensor))]);
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function field(id: number, content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([varint(id * 8 + 2), varint(bytes.byteLength), bytes]);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
