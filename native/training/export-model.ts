import type { z } from 'zod';
import type { fieldHint } from '../../app/contract/models.contract.ts';
import { toWireNumber } from '../../app/contract/wire.ts';
import type { TrainSpec } from '../../app/kernel/ports/training.ts';
import { createHashing } from '../hashing/blake3.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { Graph } from '../onnx/graph.ts';
import { type FeaturePlan, MISSING, type NumberFeature } from './features.ts';
import { inputForm } from './input-form.ts';
import { addLayers, parametersOf } from './network.ts';
import type { Prepared } from './prepare.ts';
import { splitText } from './split.ts';
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
  const hints = new Map<string, Hint>();
  const matrix = addPreprocessing(graph, prepared.plan, hints);
  const parameters = new Map(parametersOf(trained.network).map((parameter) => [parameter.name, parameter]));
  const sums = addLayers(graph, trained.network, matrix, (name) => {
    const { shape, offset, length } = parameters.get(name)!;
    return graph.floats(trained.weights.subarray(offset, offset + length), shape);
  });
  addOutputs(graph, prepared, sums);
  return encodeModel(graph, spec.template, metadata(spec, prepared, trained, hints));
}

function addPreprocessing(
  graph: Graph,
  { numbers, categories }: FeaturePlan,
  hints: Map<string, Hint>,
): string {
  const form = categories.length === 0 ? inputForm(numbers.map(({ column }) => column)) : null;
  if (form) {
    graph.input({ name: form.name, type: 'float', shape: [ROWS, numbers.length] });
    hints.set(form.name, {
      ...form.hint,
      columns: numbers.map(({ column }) => column),
      min: numbers.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
      max: numbers.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY),
    });
    return standardise(graph, form.name, numbers);
  }
  const parts: string[] = [];
  for (const { column, min, max, mean } of numbers) {
    graph.input({ name: column, type: 'float', shape: [ROWS, 1] });
    hints.set(column, { kind: 'number', min, max, example: mean });
  }
  if (numbers.length > 0) {
    const columns = numbers.map(({ column }) => column);
    const side = columns.length === 1 ? columns[0]! : graph.add('Concat', columns, { axis: 1 });
    parts.push(standardise(graph, side, numbers));
  }
  for (const feature of categories) {
    graph.input({ name: feature.column, type: 'string', shape: [ROWS, 1] });
    hints.set(feature.column, {
      kind: 'category',
      categories: feature.categories.filter((category) => category !== MISSING),
      example: feature.mostFrequent,
    });
    const options = { cats_strings: { strings: feature.categories }, zeros: 1 };
    const encoded = graph.add('OneHotEncoder', [feature.column], options, 'ai.onnx.ml');
    parts.push(graph.add('Flatten', [encoded], { axis: 1 }));
  }
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: 1 });
}

/** (x − mean) ÷ std, column by column, where a missing value (NaN) or an infinite one counts as the mean. */
function standardise(graph: Graph, input: string, numbers: readonly NumberFeature[]): string {
  const mean = graph.floats(numbers.map((feature) => feature.mean));
  const std = graph.floats(numbers.map((feature) => feature.std));
  const unusable = graph.add('Or', [graph.add('IsNaN', [input]), graph.add('IsInf', [input])]);
  const present = graph.add('Where', [unusable, mean, input]);
  return graph.add('Div', [graph.add('Sub', [present, mean]), std]);
}

function addOutputs(graph: Graph, { target, targetMean, targetStd }: Prepared, sums: string): void {
  if (target.task === 'regression') {
    const scaled = graph.add('Mul', [sums, graph.floats([targetStd], [])]);
    const prediction = graph.add('Add', [scaled, graph.floats([targetMean], [])]);
    graph.output({ name: freeName(graph, 'prediction'), type: 'float', shape: [ROWS, 1] }, prediction);
    return;
  }
  const { labels, integer } = target;
  const index = graph.add('ArgMax', [sums], { axis: 1, keepdims: 0 });
  const names = integer
    ? graph.constant({ type: 'int64', shape: [labels.length], values: labels.map(BigInt) })
    : graph.constant({ type: 'string', shape: [labels.length], values: labels });
  graph.output(
    { name: freeName(graph, 'label'), type: integer ? 'int64' : 'string', shape: [ROWS] },
    graph.add('Gather', [names, index]),
  );
  graph.output(
    { name: freeName(graph, 'probabilities'), type: 'float', shape: [ROWS, labels.length] },
    graph.add('Softmax', [sums], { axis: -1 }),
  );
}

/** An output may not be called as an input is, and inputs have the names of the user's columns. */
function freeName(graph: Graph, wanted: string): string {
  const isTaken = (name: string) => graph.inputs.some((input) => input.name === name);
  let name = wanted;
  while (isTaken(name)) name = `predicted_${name}`;
  return name;
}

function metadata(
  spec: TrainSpec,
  prepared: Prepared,
  trained: Trained,
  hints: ReadonlyMap<string, Hint>,
): Record<string, string> {
  const { target, plan } = prepared;
  return {
    'lathe.task': target.task,
    ...(target.task === 'classification' && { 'lathe.labels': JSON.stringify(target.labels) }),
    'lathe.inputs': JSON.stringify(Object.fromEntries(hints)),
    'lathe.preprocessing': JSON.stringify({
      numbers: plan.numbers,
      categories: plan.categories,
      left: plan.left,
      ...(target.task === 'regression' && { target: { mean: prepared.targetMean, std: prepared.targetStd } }),
    }),
    'lathe.provenance': JSON.stringify({
      runId: spec.runId,
      ...spec.provenance,
      template: spec.template,
      params: spec.params,
      seed: spec.params.seed,
      splitDigest: createHashing().ofBytes(Buffer.from(splitText(prepared.split))),
      metrics: Object.fromEntries(
        Object.entries(trained.metrics).map(([key, value]) => [key, toWireNumber(value)]),
      ),
    }),
  };
}
