import type { Graph, GraphNode } from '../graph.ts';

/**
 * Append the nodes that carry a node's output gradient back to its inputs.
 *
 * @param gradient name of the loss's gradient by the node's first output
 * @param needs whether anything wants the gradient by an input
 * @returns one name per input, or null where it is not needed
 */
export type GradientRule = (
  graph: Graph,
  node: GraphNode,
  gradient: string,
  needs: (input: string) => boolean,
) => (string | null)[];
