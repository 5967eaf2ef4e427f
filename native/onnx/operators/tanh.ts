import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';

/** Hyperbolic tangent. */
export function tanh(graph: GraphBuilder, x: ValueInfo): ValueInfo {
  return graph.record('Tanh', [x], graph.node('Tanh', [x], { shape: x.shape }));
}

/** (1 - y²)·g */
export const tanhGradient: GradientRule = (graph, { output }, gradient) => {
  const { shape } = output;
  const square = graph.node('Mul', [output, output], { shape });
  const slope = graph.node('Sub', [graph.scalar(1), square], { shape });
  return [graph.node('Mul', [slope, gradient], { shape })];
};
