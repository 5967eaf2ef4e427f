import type { Graph } from '../graph.ts';
import { activationRules } from './activations.ts';
import { gemmRules } from './gemm.ts';
import type { GradientRule } from './gradient-rule.ts';

/** One rule per op. A family of ops is one file and one line here. */
const rules: Readonly<Record<string, GradientRule>> = { ...gemmRules, ...activationRules };

/**
 * Reverse-mode differentiation: append to the graph the nodes that compute gradients, from the last node back to the
 * first (Griewank & Walther, Evaluating Derivatives, 2nd ed., ch. 3).
 *
 * @param seeds gradients that are known: the loss by some value, by that value's name
 * @param wanted values to differentiate by
 * @returns the gradient's name for each wanted value, of the value's own shape
 * @throws Error for an op without a rule, or a wanted value that the seeds do not depend on
 */
export function backward(
  graph: Graph,
  seeds: ReadonlyMap<string, string>,
  wanted: readonly string[],
): Map<string, string> {
  const gradients = new Map(seeds);
  const needed = reachable(graph, wanted);
  // The rules append nodes themselves: go over those that were there before.
  for (const node of [...graph.nodes].reverse()) {
    const output = gradients.get(node.outputs[0]!);
    if (output === undefined || !node.inputs.some((input) => needed.has(input))) continue;
    const rule = rules[node.op];
    if (!rule) throw new Error(`no gradient rule for ${node.op}`);
    for (const [index, gradient] of rule(graph, node, output, (input) => needed.has(input)).entries()) {
      const input = node.inputs[index]!;
      if (gradient === null) continue;
      const known = gradients.get(input);
      gradients.set(input, known === undefined ? gradient : graph.add('Add', [known, gradient]));
    }
  }
  return new Map(
    wanted.map((value) => {
      const gradient = gradients.get(value);
      if (gradient === undefined) throw new Error(`the loss does not depend on ${value}`);
      return [value, gradient];
    }),
  );
}

/** Values that a wanted value flows into, itself included: only they need gradients. */
function reachable(graph: Graph, wanted: readonly string[]): Set<string> {
  const reached = new Set(wanted);
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => reached.has(input)))
      for (const output of node.outputs) reached.add(output);
  }
  return reached;
}
