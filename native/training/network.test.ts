import { describe, expect, it } from 'vitest';
import { countParameters, initialise, type Loss, type Network, parametersOf } from './network.ts';
import { Random } from './random.ts';
import { RunSession } from './run-session.ts';

const ROWS = 5;
const settings = { optimizer: 'sgd', learning_rate: 0.1, momentum: 0, weight_decay: 0 } as const;

/** The same network and loss in float64, plainly: what the graph's gradients are held against. */
function lossOf(network: Network, loss: Loss, weights: Float64Array, batch: Batch): number {
  const parameters = new Map(parametersOf(network).map((each) => [each.name, each]));
  const outputs = network.sizes.at(-1)!;
  let total = 0;
  for (let row = 0; row < ROWS; row++) {
    let values = [...batch.x.slice(row * network.sizes[0]!, (row + 1) * network.sizes[0]!)];
    for (let layer = 1; layer < network.sizes.length; layer++) {
      const weight = parameters.get(`weight${layer}`)!.offset;
      const bias = parameters.get(`bias${layer}`)!.offset;
      const isLast = layer === network.sizes.length - 1;
      values = Array.from({ length: network.sizes[layer]! }, (_, unit) => {
        const sum = values.reduce(
          (before, value, index) => before + value * weights[weight + unit * values.length + index]!,
          weights[bias + unit]!,
        );
        if (isLast) return sum;
        return network.activation === 'relu' ? Math.max(0, sum) : Math.tanh(sum);
      });
    }
    const wanted = batch.y.slice(row * outputs, (row + 1) * outputs);
    const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    const rowLoss = values.reduce(
      (sum, value, index) =>
        sum +
        (loss === 'cross-entropy'
          ? wanted[index]! * (logSum - value)
          : (value - wanted[index]!) ** 2 / outputs),
      0,
    );
    total += batch.rowWeights[row]! * rowLoss;
  }
  return total;
}

interface Batch {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rowWeights: readonly number[];
}

function randomBatch(network: Network, loss: Loss): Batch {
  const random = new Random(11);
  const draw = () => Math.fround(random.uniform() * 4 - 2);
  const outputs = network.sizes.at(-1)!;
  return {
    x: Array.from({ length: ROWS * network.sizes[0]! }, draw),
    y: Array.from({ length: ROWS }, () => {
      const chosen = random.below(outputs);
      return Array.from({ length: outputs }, (_, index) =>
        loss === 'squared-error' ? draw() : index === chosen ? 1 : 0,
      );
    }).flat(),
    // The last row stands for padding: it must not move anything.
    rowWeights: Array.from({ length: ROWS }, (_, row) =>
      row === ROWS - 1 ? 0 : Math.fround(1 / (ROWS - 1)),
    ),
  };
}

const networks = (outputs: number): [string, Network][] => [
  ['no hidden layer', { sizes: [4, outputs], activation: 'relu' }],
  ['one feature', { sizes: [1, outputs], activation: 'relu' }],
  ['two layers of relu', { sizes: [4, 6, 5, outputs], activation: 'relu' }],
  ['two layers of tanh', { sizes: [4, 6, 5, outputs], activation: 'tanh' }],
];
const cases = [
  ...networks(3).map(([name, network]) => ['cross-entropy', name, network] as const),
  ...networks(1).map(([name, network]) => ['squared-error', name, network] as const),
  ...networks(2).map(([name, network]) => ['squared-error', `two outputs, ${name}`, network] as const),
];

describe('the gradients of the training graph', () => {
  it.each(cases)('are those of central differences: %s, %s', async (loss, _name, network) => {
    const batch = randomBatch(network, loss);
    const session = await RunSession.create(network, loss, ROWS, settings, 1);
    try {
      initialise(network, session.optimizer.weights, 5);
      const weights = Float64Array.from(session.optimizer.weights);
      session.x.set(batch.x);
      session.y.set(batch.y);
      session.rowWeights.set(batch.rowWeights);
      expect(await session.step()).toBeCloseTo(lossOf(network, loss, weights, batch), 5);
      const step = 1e-6;
      weights.forEach((value, index) => {
        weights[index] = value + step;
        const above = lossOf(network, loss, weights, batch);
        weights[index] = value - step;
        const below = lossOf(network, loss, weights, batch);
        weights[index] = value;
        const expected = (above - below) / (2 * step);
        expect(Math.abs(session.optimizer.gradients[index]! - expected)).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(expected)),
        );
      });
    } finally {
      await session.release();
    }
  });
});

describe('the first weights', () => {
  const network: Network = { sizes: [100, 50, 3], activation: 'relu' };

  it('lie within ±1/√in of their layer, near the bounds too', () => {
    const weights = new Float32Array(countParameters(network));
    initialise(network, weights, 7);
    for (const [layer, inputs] of [
      [1, 100],
      [2, 50],
    ] as const) {
      const { offset, length } = parametersOf(network).find(({ name }) => name === `weight${layer}`)!;
      const largest = Math.max(...weights.subarray(offset, offset + length).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(inputs));
      expect(largest).toBeGreaterThan(0.9 / Math.sqrt(inputs));
    }
  });

  it('come from the seed', () => {
    const draw = (seed: number) => {
      const weights = new Float32Array(countParameters(network));
      initialise(network, weights, seed);
      return weights;
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });
});
