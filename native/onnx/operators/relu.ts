import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';

/** max(0, x) */
export function relu(graph: GraphBuilder, x: ValueInfo): ValueInfo {
  return graph.record('Relu', [x], graph.node('Relu', [x], { shape: x.shape }));
}

/** The result is positive or zero, so its sign is the derivative; on the CPU this beats a comparison and Where. */
export const reluGradient: GradientRule = (graph, { output }, gradient) => {
  const sign = graph.node('Sign', [output], { shape: output.shape });
  return [graph.node('Mul', [sign, gradient], { shape: output.shape })];
};
