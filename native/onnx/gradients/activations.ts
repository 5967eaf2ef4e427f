import type { GradientRule } from './gradient-rule.ts';

/** relu′ is 1 where the output is positive: its sign. On a CPU a product with Sign is quicker than Where. */
const relu: GradientRule = (graph, node, gradient) => [
  graph.add('Mul', [gradient, graph.add('Sign', [node.outputs[0]!])]),
];

/** tanh′ = 1 − tanh². */
const tanh: GradientRule = (graph, node, gradient) => {
  const output = node.outputs[0]!;
  const square = graph.add('Mul', [output, output]);
  return [graph.add('Mul', [gradient, graph.add('Sub', [graph.floats([1], []), square])])];
};

export const activationRules = { Relu: relu, Tanh: tanh };
