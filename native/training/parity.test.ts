import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Loss } from './network.ts';
import type { Settings } from './optimizer/optimizer.ts';
import { RunSession } from './run-session.ts';

interface Parity {
  readonly batches: readonly {
    readonly x: readonly number[];
    readonly classes: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly cases: readonly {
    readonly name: string;
    readonly sizes: readonly number[];
    readonly activation: 'relu' | 'tanh';
    readonly loss: Loss;
    readonly settings: Settings;
    readonly initial: readonly number[];
    readonly losses: readonly number[];
    readonly final: readonly number[];
  }[];
}

/** Written by test/fixtures/native/make-parity.py. */
const { batches, cases } = JSON.parse(
  fs.readFileSync(new URL('../../test/fixtures/native/parity.json', import.meta.url), 'utf8'),
) as Parity;

const largest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);

describe('from the same weights and batches the engine computes what PyTorch computes', () => {
  it.each(cases)('$name', async ({ sizes, activation, loss, settings, initial, losses, final }) => {
    const rows = batches[0]!.values.length;
    const session = await RunSession.create({ sizes, activation }, loss, rows, settings, 1);
    try {
      session.optimizer.weights.set(initial);
      session.rowWeights.fill(1 / rows);
      const found: number[] = [];
      for (const batch of batches) {
        session.x.set(batch.x);
        if (loss === 'squared-error') session.y.set(batch.values);
        else {
          session.y.fill(0);
          for (const [row, place] of batch.classes.entries()) session.y[row * sizes.at(-1)! + place] = 1;
        }
        found.push(await session.step());
      }
      expect(largest(found, losses)).toBeLessThan(1e-5);
      expect(largest([...session.optimizer.weights], final)).toBeLessThan(1e-4);
    } finally {
      await session.release();
    }
  });
});
