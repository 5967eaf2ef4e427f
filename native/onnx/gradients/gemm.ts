import type { GradientRule } from './gradient-rule.ts';

/**
 * Y = A·Bᵀ + C, the form of a dense layer: A [rows, in], B [out, in], C [out]. The products by transposition flags
 * need no Transpose nodes.
 */
const gemm: GradientRule = (graph, node, gradient, needs) => {
  const [a, b, c] = node.inputs as [string, string, string];
  if (node.attributes.transB !== 1 || node.attributes.transA !== undefined)
    throw new Error('Gemm is differentiated with transB = 1 only');
  return [
    needs(a) ? graph.add('Gemm', [gradient, b]) : null,
    needs(b) ? graph.add('Gemm', [gradient, a], { transA: 1 }) : null,
    needs(c) ? graph.add('ReduceSum', [gradient, graph.integers(0)], { keepdims: 0 }) : null,
  ];
};

export const gemmRules = { Gemm: gemm };
