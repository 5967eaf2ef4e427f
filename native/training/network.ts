import { encodeModel } from '../onnx/encode-model.ts';
import { backward } from '../onnx/gradients/backward.ts';
import { Graph } from '../onnx/graph.ts';
import { Random } from './random.ts';

/** A network of fully connected layers: sizes from the features to the outputs, the hidden ones with an activation. */
export interface Network {
  readonly sizes: readonly number[];
  readonly activation: 'relu' | 'tanh';
}

export type Loss = 'cross-entropy' | 'squared-error';

/** One weight matrix [out, in] or bias [out] of a layer, and where it lies in the flat buffer of all parameters. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

export function parametersOf({ sizes }: Network): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let offset = 0;
  const take = (name: string, shape: readonly number[]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    parameters.push({ name, shape, offset, length });
    offset += length;
  };
  for (let layer = 1; layer < sizes.length; layer++) {
    take(`weight${layer}`, [sizes[layer]!, sizes[layer - 1]!]);
    take(`bias${layer}`, [sizes[layer]!]);
  }
  return parameters;
}

export const countParameters = (network: Network): number =>
  parametersOf(network).reduce((sum, { length }) => sum + length, 0);

/**
 * First weights and biases, uniform in ±1/√in: what PyTorch's Linear starts with (Kaiming uniform with a = √5).
 *
 * @param into flat buffer of all parameters
 */
export function initialise(network: Network, into: Float32Array, seed: number): void {
  // Another stream than the split's and the shuffling's, which take the seed as it is.
  const random = new Random(seed ^ 0x5eed1e55);
  for (const { offset, length, name } of parametersOf(network)) {
    const layer = Number(name.replace(/\D+/, ''));
    const bound = 1 / Math.sqrt(network.sizes[layer - 1]!);
    for (let index = 0; index < length; index++) into[offset + index] = (random.uniform() * 2 - 1) * bound;
  }
}

/** Append the layers; `value` is [rows, features]. Returns the last layer's sums [rows, outputs]. */
export function addLayers(
  graph: Graph,
  network: Network,
  value: string,
  parameter: (name: string) => string,
): string {
  const layers = network.sizes.length - 1;
  let current = value;
  for (let layer = 1; layer <= layers; layer++) {
    current = graph.add('Gemm', [current, parameter(`weight${layer}`), parameter(`bias${layer}`)], {
      transB: 1,
    });
    if (layer < layers) current = graph.add(network.activation === 'relu' ? 'Relu' : 'Tanh', [current]);
  }
  return current;
}

/**
 * The training step's forward and backward pass as one ONNX model. Inputs: `x` [batch, features], `y` [batch,
 * outputs] (one-hot or values), `w` [batch, 1] (each row's share of the mean; 0 for padding), and every parameter.
 * Outputs: `loss` (scalar: the weighted sum of the rows' losses) and `d:<parameter>`.
 */
export function trainingModel(network: Network, loss: Loss, batchSize: number): Uint8Array {
  const graph = new Graph();
  const outputs = network.sizes.at(-1)!;
  const x = graph.input({ name: 'x', type: 'float', shape: [batchSize, network.sizes[0]!] });
  const y = graph.input({ name: 'y', type: 'float', shape: [batchSize, outputs] });
  const w = graph.input({ name: 'w', type: 'float', shape: [batchSize, 1] });
  const parameters = parametersOf(network);
  for (const { name, shape } of parameters) graph.input({ name, type: 'float', shape });
  const sums = addLayers(graph, network, x, (name) => name);

  const { rowLosses, gradient } =
    loss === 'cross-entropy' ? crossEntropy(graph, sums, y) : squaredError(graph, sums, y, outputs);
  const total = graph.add('ReduceSum', [graph.add('Mul', [rowLosses, w])], { keepdims: 0 });
  const gradients = backward(
    graph,
    new Map([[sums, graph.add('Mul', [gradient, w])]]),
    parameters.map(({ name }) => name),
  );
  graph.output({ name: 'loss', type: 'float', shape: [] }, total);
  for (const { name, shape } of parameters)
    graph.output({ name: gradientName(name), type: 'float', shape }, gradients.get(name)!);
  return encodeModel(graph, 'training step');
}

export const gradientName = (parameter: string): string => `d:${parameter}`;

/** −Σ y·log softmax(z) per row; its gradient by z is softmax(z) − y for a one-hot y. */
function crossEntropy(graph: Graph, sums: string, y: string) {
  const logs = graph.add('LogSoftmax', [sums], { axis: -1 });
  const chosen = graph.add('ReduceSum', [graph.add('Mul', [logs, y]), graph.integers(1)], { keepdims: 1 });
  return { rowLosses: graph.add('Neg', [chosen]), gradient: graph.add('Sub', [graph.add('Exp', [logs]), y]) };
}

/** Mean over the outputs of (z − y)², per row. */
function squaredError(graph: Graph, sums: string, y: string, outputs: number) {
  const difference = graph.add('Sub', [sums, y]);
  const rowLosses = graph.add('ReduceMean', [graph.add('Mul', [difference, difference])], {
    axes: [1],
    keepdims: 1,
  });
  return { rowLosses, gradient: graph.add('Mul', [difference, graph.floats([2 / outputs], [])]) };
}

/** The forward pass for any number of rows: `x` and the parameters in, `sums` out. */
export function evaluationModel(network: Network): Uint8Array {
  const graph = new Graph();
  const x = graph.input({ name: 'x', type: 'float', shape: ['rows', network.sizes[0]!] });
  for (const { name, shape } of parametersOf(network)) graph.input({ name, type: 'float', shape });
  const sums = addLayers(graph, network, x, (name) => name);
  graph.output({ name: 'sums', type: 'float', shape: ['rows', network.sizes.at(-1)!] }, sums);
  return encodeModel(graph, 'evaluation');
}
