import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';
import { gemmGradient } from './gemm.ts';
import { matrix, mismatch } from './shapes.ts';

/** A·B for matrices. */
export function matMul(graph: GraphBuilder, a: ValueInfo, b: ValueInfo): ValueInfo {
  const [rows, innerA] = matrix(a);
  const [innerB, columns] = matrix(b);
  if (innerA !== innerB) throw mismatch('MatMul', a, b);
  return graph.record('MatMul', [a, b], graph.node('MatMul', [a, b], { shape: [rows, columns] }));
}

/** A matrix product is a Gemm that transposes nothing. */
export const matMulGradient: GradientRule = gemmGradient;
