import type { GradientRule } from '../gradient-rules.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { ValueInfo } from '../onnx-model.ts';
import { broadcast, reduceTo } from './shapes.ts';

/** a + b, broadcast. */
export function add(graph: GraphBuilder, a: ValueInfo, b: ValueInfo): ValueInfo {
  return graph.record('Add', [a, b], graph.node('Add', [a, b], { shape: broadcast(a, b) }));
}

export const addGradient: GradientRule = (graph, { inputs }, gradient, needed) =>
  inputs.map((input, index) => (needed[index] ? reduceTo(graph, gradient, input.shape) : null));
