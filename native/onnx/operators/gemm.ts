import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';
import { matrix, mismatch, reduceTo } from './shapes.ts';

export interface GemmOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/**
 * A·B + c for matrices, either of them transposed first; c, of shape [columns], is added to every row. A dense layer of
 * weights [outputs, inputs], PyTorch's layout, is `gemm(x, weights, bias, { transB: true })`.
 */
export function gemm(
  graph: GraphBuilder,
  a: ValueInfo,
  b: ValueInfo,
  c: ValueInfo | null,
  options: GemmOptions = {},
): ValueInfo {
  const inputs = c ? [a, b, c] : [a, b];
  const { value, attributes } = multiply(graph, inputs, options);
  return graph.record('Gemm', inputs, value, attributes);
}

/** The products below transpose inside Gemm: a Transpose of its own would copy the matrix. */
export const gemmGradient: GradientRule = (graph, { inputs, attributes }, gradient, needed) => {
  const [a, b, c] = inputs as [ValueInfo, ValueInfo, ValueInfo?];
  const transA = attributes.transA === 1;
  const transB = attributes.transB === 1;
  const product = (left: ValueInfo, right: ValueInfo, options: GemmOptions) =>
    multiply(graph, [left, right], options).value;
  return [
    !needed[0]
      ? null
      : transA
        ? product(b, gradient, { transA: transB, transB: true })
        : product(gradient, b, { transB: !transB }),
    !needed[1]
      ? null
      : transB
        ? product(gradient, a, { transA: true, transB: transA })
        : product(a, gradient, { transA: !transA }),
    ...(c ? [needed[2] ? reduceTo(graph, gradient, c.shape) : null] : []),
  ];
};

function multiply(graph: GraphBuilder, inputs: readonly ValueInfo[], options: GemmOptions) {
  const [a, b] = inputs as [ValueInfo, ValueInfo];
  const [rows, innerA] = options.transA ? matrix(a).toReversed() : matrix(a);
  const [innerB, columns] = options.transB ? matrix(b).toReversed() : matrix(b);
  if (innerA !== innerB) throw mismatch('Gemm', a, b);
  const attributes = { transA: options.transA ? 1 : 0, transB: options.transB ? 1 : 0 };
  const value = graph.node('Gemm', inputs, { shape: [rows!, columns!] }, { attributes });
  return { value, attributes };
}
