import { gradientRules } from './gradient-rules.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { ValueInfo } from './onnx-model.ts';

/**
 * Reverse-mode differentiation: append to the graph the gradients of a scalar loss with respect to `wanted`. Operations
 * that no wanted value reaches get no gradient, so the first layer's input costs nothing.
 *
 * @returns one value of the same shape for each wanted one, in their order
 */
export function backward(graph: GraphBuilder, loss: ValueInfo, wanted: readonly ValueInfo[]): ValueInfo[] {
  const tape = [...graph.tape];
  const reached = new Set(wanted.map(({ name }) => name));
  for (const { inputs, output } of tape) {
    if (inputs.some(({ name }) => reached.has(name))) reached.add(output.name);
  }
  const gradients = new Map<string, ValueInfo>([[loss.name, graph.scalar(1)]]);
  for (const record of tape.toReversed()) {
    const gradient = gradients.get(record.output.name);
    if (!gradient || !reached.has(record.output.name)) continue;
    const rule = gradientRules[record.op];
    if (!rule) throw new Error(`There is no gradient rule for ${record.op}.`);
    const contributions = rule(
      graph,
      record,
      gradient,
      record.inputs.map(({ name }) => reached.has(name)),
    );
    record.inputs.forEach((input, index) => {
      const contribution = contributions[index];
      if (!contribution) return;
      const before = gradients.get(input.name);
      gradients.set(
        input.name,
        before ? graph.node('Add', [before, contribution], { shape: input.shape }) : contribution,
      );
    });
  }
  return wanted.map((value) => {
    const gradient = gradients.get(value.name);
    if (!gradient) throw new Error(`The loss does not depend on ${value.name}.`);
    return gradient;
  });
}
