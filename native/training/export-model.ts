import type { z } from 'zod';
import type { fieldHint } from '../../app/contract/models.contract.ts';
import type { TrainSpec } from '../../app/kernel/ports/training.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { Graph } from '../onnx/graph.ts';
import type { Feature } from './features.ts';
import { inputForm } from './input-form.ts';
import { addLayers, parametersOf } from './network.ts';
import type { Prepared } from './prepare.ts';
import type { Trained } from './trainer.ts';

type Hint = z.infer<typeof fieldHint>;
const ROWS = 'rows';

/**
 * The trained network as an ordinary ONNX file that takes raw rows: imputation, standardisation and one-hot encoding
 * are nodes of the graph. Inputs are one tensor [rows, columns] for a table of like numbers (an image, say), else one
 * tensor [rows, 1] per column. Outputs are `label` [rows] and `probabilities` [rows, classes], or `prediction`
 * [rows, 1] in the target's unit.
 */
export function exportModel(spec: TrainSpec, prepared: Prepared, trained: Trained): Uint8Array {
  const graph = new Graph();
  const hints: Record<string, Hint> = {};
  const matrix = addPreprocessing(graph, prepared.plan.features, hints);
  const parameters = new Map(parametersOf(trained.network).map((parameter) => [parameter.name, parameter]));
  const sums = addLayers(graph, trained.network, matrix, (name) => {
    const { shape, offset, length } = parameters.get(name)!;
    return graph.floats(trained.weights.subarray(offset, offset + length), shape);
  });
  addOutputs(graph, prepared, sums);
  return encodeModel(graph, spec.template, metadata(spec, prepared, trained, hints));
}

function addPreprocessing(graph: Graph, features: readonly Feature[], hints: Record<string, Hint>): string {
  const numbers = features.filter((feature) => feature.kind === 'number');
  const form = inputForm(features);
  if (form) {
    const input = graph.input({ name: form.name, type: 'float', shape: [ROWS, numbers.length] });
    hints[form.name] = {
      ...form.hint,
      columns: numbers.map(({ column }) => column),
      min: Math.min(...numbers.map(({ min }) => min)),
      max: Math.max(...numbers.map(({ max }) => max)),
    };
    return standardise(graph, input, numbers);
  }
  // In the order of the matrix that the network was trained on: neighbouring numbers are standardised together.
  const parts: string[] = [];
  let pending: Extract<Feature, { kind: 'number' }>[] = [];
  const flush = () => {
    if (pending.length === 0) return;
    const names = pending.map(({ column }) => column);
    parts.push(
      standardise(graph, names.length === 1 ? names[0]! : graph.add('Concat', names, { axis: 1 }), pending),
    );
    pending = [];
  };
  for (const feature of features) {
    if (feature.kind === 'number') {
      graph.input({ name: feature.column, type: 'float', shape: [ROWS, 1] });
      hints[feature.column] = { kind: 'number', min: feature.min, max: feature.max, example: feature.mean };
      pending.push(feature);
    } else {
      flush();
      graph.input({ name: feature.column, type: 'string', shape: [ROWS, 1] });
      hints[feature.column] = {
        kind: 'category',
        categories: [...feature.categories],
        example: feature.mostFrequent,
      };
      const encoded = graph.add(
        'OneHotEncoder',
        [feature.column],
        { cats_strings: { strings: feature.categories }, zeros: 1 },
        'ai.onnx.ml',
      );
      parts.push(graph.add('Reshape', [encoded, graph.integers(-1, feature.categories.length)]));
    }
  }
  flush();
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: 1 });
}

/** (x − mean) ÷ std, column by column, where a missing value (NaN) counts as the mean. */
function standardise(
  graph: Graph,
  input: string,
  numbers: readonly Extract<Feature, { kind: 'number' }>[],
): string {
  const mean = graph.floats(numbers.map((feature) => feature.mean));
  const std = graph.floats(numbers.map((feature) => feature.std));
  const present = graph.add('Where', [graph.add('IsNaN', [input]), mean, input]);
  return graph.add('Div', [graph.add('Sub', [present, mean]), std]);
}

function addOutputs(graph: Graph, { target, targetMean, targetStd }: Prepared, sums: string): void {
  if (target.task === 'regression') {
    const scaled = graph.add('Mul', [sums, graph.floats([targetStd], [])]);
    graph.output(
      { name: 'prediction', type: 'float', shape: [ROWS, 1] },
      graph.add('Add', [scaled, graph.floats([targetMean], [])]),
    );
    return;
  }
  const { labels, integer } = target;
  const index = graph.add('ArgMax', [sums], { axis: 1, keepdims: 0 });
  const names = integer
    ? graph.constant({ type: 'int64', shape: [labels.length], values: labels.map(BigInt) })
    : graph.constant({ type: 'string', shape: [labels.length], values: labels });
  graph.output(
    { name: 'label', type: integer ? 'int64' : 'string', shape: [ROWS] },
    graph.add('Gather', [names, index]),
  );
  graph.output(
    { name: 'probabilities', type: 'float', shape: [ROWS, labels.length] },
    graph.add('Softmax', [sums], { axis: -1 }),
  );
}

function metadata(
  spec: TrainSpec,
  prepared: Prepared,
  trained: Trained,
  hints: Record<string, Hint>,
): Record<string, string> {
  const { target, plan } = prepared;
  return {
    'lathe.task': target.task,
    ...(target.task === 'classification' && { 'lathe.labels': JSON.stringify(target.labels) }),
    'lathe.inputs': JSON.stringify(hints),
    'lathe.preprocessing': JSON.stringify({
      features: plan.features,
      left: plan.left,
      ...(target.task === 'regression' && { target: { mean: prepared.targetMean, std: prepared.targetStd } }),
    }),
    'lathe.provenance': JSON.stringify({
      runId: spec.runId,
      ...spec.provenance,
      template: spec.template,
      params: spec.params,
      metrics: trained.metrics,
    }),
  };
}
