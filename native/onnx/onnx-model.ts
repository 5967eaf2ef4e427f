/** Numbers of onnx.proto3's TensorProto.DataType (github.com/onnx/onnx) by the names that ONNX Runtime uses. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const;
export type ElementType = keyof typeof elementTypes;

/** A size, or the name of a size that may be anything. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** Elements of a constant, row by row. */
export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A float must say so: 1 as a number is an integer. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard operators, or `ai.onnx.ml`. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Domain of the operators for words and categories. */
export const ML_DOMAIN = 'ai.onnx.ml';
