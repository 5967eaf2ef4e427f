import type { TensorType } from '../../contract/models.contract.ts';

/** Bytes of one element; BYTES has none that is fixed. */
export const elementBytes: Readonly<Record<Exclude<TensorType, 'BYTES'>, number>> = {
  BOOL: 1,
  UINT8: 1,
  INT8: 1,
  UINT16: 2,
  INT16: 2,
  FP16: 2,
  UINT32: 4,
  INT32: 4,
  FP32: 4,
  UINT64: 8,
  INT64: 8,
  FP64: 8,
};

export type IntegerType = 'UINT8' | 'INT8' | 'UINT16' | 'INT16' | 'UINT32' | 'INT32';
export type LongType = 'UINT64' | 'INT64';
export type FloatType = 'FP16' | 'FP32' | 'FP64';

/** Smallest and largest value. */
export const integerRange: Readonly<Record<IntegerType, readonly [number, number]>> = {
  UINT8: [0, 255],
  INT8: [-128, 127],
  UINT16: [0, 65_535],
  INT16: [-32_768, 32_767],
  UINT32: [0, 4_294_967_295],
  INT32: [-2_147_483_648, 2_147_483_647],
};

export const longRange: Readonly<Record<LongType, readonly [bigint, bigint]>> = {
  UINT64: [0n, 2n ** 64n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};
