import { describe, expect, it } from 'vitest';
import { fakeRuns } from '../../testing/fake-runs.ts';
import { asksFor } from './queue-columns.tsx';

const [run] = fakeRuns(1);
const asks = (change: object) => asksFor({ resources: { ...run!.resources, ...change } });

describe('what a waiting run asks for', () => {
  it('is a slot, or what of the machine it wants for itself', () => {
    expect(asks({})).toBe('a slot');
    expect(asks({ gpus: 1, memoryBytes: 24e9 })).toBe('1 GPU, 24.0 GB');
    expect(asks({ gpus: 2, shareGpus: true, cpus: 1.5 })).toBe('2 GPUs, shared, 1.5 cores');
  });
});
