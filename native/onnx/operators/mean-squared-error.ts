import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';

/**
 * Σ over rows of weight · (prediction - target)². With weights 1/n it is the mean; a row of weight 0 is padding.
 * All three are [rows, 1].
 */
export function meanSquaredError(
  graph: GraphBuilder,
  prediction: ValueInfo,
  target: ValueInfo,
  weights: ValueInfo,
): ValueInfo {
  const { shape } = prediction;
  const error = graph.node('Sub', [prediction, target], { shape });
  const square = graph.node('Mul', [error, error], { shape });
  const weighted = graph.node('Mul', [square, weights], { shape });
  return graph.record(
    'MeanSquaredError',
    [prediction, target, weights],
    graph.node('ReduceSum', [weighted], { shape: [] }, { attributes: { keepdims: 0 } }),
  );
}

/** 2 · weight · (prediction - target) */
export const meanSquaredErrorGradient: GradientRule = (graph, { inputs }, gradient) => {
  const [prediction, target, weights] = inputs as [ValueInfo, ValueInfo, ValueInfo];
  const { shape } = prediction;
  const error = graph.node('Sub', [prediction, target], { shape });
  const scale = graph.node('Mul', [graph.node('Mul', [weights, graph.scalar(2)], { shape }), gradient], {
    shape,
  });
  return [graph.node('Mul', [error, scale], { shape }), null, null];
};
