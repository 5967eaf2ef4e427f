import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { type Kernels, plainKernels, wasmKernels } from './kernels.ts';
import { Optimizer, type Settings } from './optimizer.ts';

const adam: Settings = { optimizer: 'adam', learning_rate: 0.01, momentum: 0, weight_decay: 0.02 };
const sgd: Settings = { optimizer: 'sgd', learning_rate: 0.01, momentum: 0.9, weight_decay: 0.02 };

/** Weights after some steps against gradients that are the same for every kernel. */
function afterSteps(
  count: number,
  settings: Settings,
  kernels: (memory: WebAssembly.Memory) => Kernels,
): Float32Array {
  const optimizer = new Optimizer(count, settings, kernels);
  const random = new Random(3);
  const draw = () => random.uniform() * 2 - 1;
  optimizer.weights.forEach((_, index) => {
    optimizer.weights[index] = draw();
  });
  for (let step = 0; step < 25; step++) {
    optimizer.gradients.forEach((_, index) => {
      optimizer.gradients[index] = draw() * 10 ** (6 * draw());
    });
    optimizer.update();
  }
  return optimizer.weights;
}

describe.each([
  ['Adam', adam],
  ['SGD', sgd],
])('the kernels of %s', (_name, settings) => {
  it.each([1, 3, 4, 1003])(
    'agree to the last bit between WebAssembly and JavaScript on %i weights',
    (count) => {
      const quick = afterSteps(count, settings, wasmKernels);
      expect(quick).toEqual(afterSteps(count, settings, plainKernels));
      expect(quick.every(Number.isFinite)).toBe(true);
    },
  );

  it('move a weight against its gradient and leave one without gradient and penalty alone', () => {
    const optimizer = new Optimizer(3, { ...settings, weight_decay: 0 });
    optimizer.weights.set([1, 1, 1]);
    optimizer.gradients.set([2, -2, 0]);
    optimizer.update();
    expect(optimizer.weights[0]).toBeLessThan(1);
    expect(optimizer.weights[1]).toBeGreaterThan(1);
    expect(optimizer.weights[2]).toBe(1);
  });
});

describe('the first step of Adam', () => {
  it('has the length of the learning rate whatever the gradient', () => {
    const optimizer = new Optimizer(2, { ...adam, weight_decay: 0 });
    optimizer.gradients.set([1e-3, -1e3]);
    optimizer.update();
    expect(optimizer.weights[0]).toBeCloseTo(-0.01, 5);
    expect(optimizer.weights[1]).toBeCloseTo(0.01, 5);
  });
});
