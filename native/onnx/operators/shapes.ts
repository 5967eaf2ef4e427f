import type { GraphBuilder } from '../graph-builder.ts';
import type { Dimension, ValueInfo } from '../onnx-model.ts';

/** Shape of an element-wise result, by ONNX's (NumPy's) broadcasting rules. */
export function broadcast(a: ValueInfo, b: ValueInfo): Dimension[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a.shape[index - rank + a.shape.length] ?? 1;
    const right = b.shape[index - rank + b.shape.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw mismatch('broadcast', a, b);
    return left === 1 ? right : left;
  });
}

/** Sum a gradient over the axes along which a value of the given shape was broadcast. */
export function reduceTo(graph: GraphBuilder, gradient: ValueInfo, shape: readonly Dimension[]): ValueInfo {
  const added = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < added || (shape[axis - added] === 1 && size !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  const axesValue = graph.constant('int64', [axes.length], BigInt64Array.from(axes, BigInt));
  // What was added in front goes, what was stretched stays as size 1: two forms of ReduceSum.
  if (axes.every((axis) => axis < added)) {
    return graph.node('ReduceSum', [gradient, axesValue], { shape }, { attributes: { keepdims: 0 } });
  }
  const kept = gradient.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const summed = graph.node(
    'ReduceSum',
    [gradient, axesValue],
    { shape: kept },
    { attributes: { keepdims: 1 } },
  );
  const target = graph.constant(
    'int64',
    [shape.length],
    BigInt64Array.from(shape, (size) => BigInt(size)),
  );
  return graph.node('Reshape', [summed, target], { shape });
}

/** Rows and columns of a matrix. */
export function matrix(value: ValueInfo): readonly [Dimension, Dimension] {
  const [rows, columns] = value.shape;
  if (rows === undefined || columns === undefined || value.shape.length !== 2) {
    throw new RangeError(`${value.name} has shape [${value.shape.join(', ')}]; a matrix is needed.`);
  }
  return [rows, columns];
}

export function mismatch(op: string, a: ValueInfo, b: ValueInfo): RangeError {
  return new RangeError(`${op}: [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not fit together.`);
}
