import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';
import { matrix } from './shapes.ts';

/**
 * Σ over rows of weight · -log softmax(logits)[class]. With weights 1/n it is the mean that PyTorch's CrossEntropyLoss
 * gives; a row of weight 0 is padding.
 *
 * @param logits [rows, classes]
 * @param classes index of each row's class, int32 [rows]
 * @param weights [rows, 1]
 */
export function softmaxCrossEntropy(
  graph: GraphBuilder,
  logits: ValueInfo,
  classes: ValueInfo,
  weights: ValueInfo,
): ValueInfo {
  const { shape } = logits;
  const logProbabilities = graph.node('LogSoftmax', [logits], { shape }, { attributes: { axis: 1 } });
  const chosen = graph.node('Mul', [logProbabilities, oneHot(graph, logits, classes)], { shape });
  const weighted = graph.node('Mul', [chosen, weights], { shape });
  const sum = graph.node('ReduceSum', [weighted], { shape: [] }, { attributes: { keepdims: 0 } });
  return graph.record(
    'SoftmaxCrossEntropy',
    [logits, classes, weights],
    graph.node('Neg', [sum], { shape: [] }),
  );
}

/** weight · (softmax(logits) - one-hot(class)) */
export const softmaxCrossEntropyGradient: GradientRule = (graph, { inputs }, gradient) => {
  const [logits, classes, weights] = inputs as [ValueInfo, ValueInfo, ValueInfo];
  const { shape } = logits;
  const probabilities = graph.node('Softmax', [logits], { shape }, { attributes: { axis: 1 } });
  const difference = graph.node('Sub', [probabilities, oneHot(graph, logits, classes)], { shape });
  const scaled = graph.node('Mul', [weights, gradient], { shape: weights.shape });
  return [graph.node('Mul', [difference, scaled], { shape }), null, null];
};

function oneHot(graph: GraphBuilder, logits: ValueInfo, classes: ValueInfo): ValueInfo {
  const depth = graph.scalar(Number(matrix(logits)[1]));
  const offAndOn = graph.constant('float32', [2], Float32Array.of(0, 1));
  return graph.node('OneHot', [classes, depth, offAndOn], { shape: logits.shape });
}
