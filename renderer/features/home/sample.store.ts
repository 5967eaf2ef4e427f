import { create } from 'zustand';
import type { JobId } from '../../../app/contract/ids.ts';
import type { SampleStep } from '../../../app/contract/sample.contract.ts';
import { client } from '../../client/orpc.ts';

interface SampleState {
  readonly steps: readonly SampleStep[];
  /** Whether it was begun from this page, so that its steps stay in view after they ended. */
  readonly begun: boolean;
  readonly starting: boolean;
  readonly error: unknown;
  readonly start: () => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly leave: () => void;
}

/** The sample job as this page sees it. */
export const useSample = create<SampleState>((set) => ({
  steps: [],
  begun: false,
  starting: false,
  error: null,
  start: async () => {
    set({ starting: true, error: null });
    try {
      await client.sample.start();
      set({ begun: true });
    } catch (error) {
      set({ error });
    } finally {
      set({ starting: false });
    }
  },
  cancel: async () => {
    try {
      for (const id of await runningSamples()) await client.jobs.cancel({ id });
    } catch (error) {
      set({ error });
    }
  },
  leave: () => set({ begun: false }),
}));

async function runningSamples(): Promise<JobId[]> {
  const jobs = await client.jobs.list({ active: true });
  return jobs.filter(({ kind }) => kind === 'sample').map(({ id }) => id);
}

export type SamplePhase = 'waiting' | 'running' | 'failed' | 'done';

/** What the steps come to. */
export function samplePhase(steps: readonly SampleStep[]): SamplePhase {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  if (steps.length > 0 && steps.every(({ state }) => state === 'done')) return 'done';
  return steps.every(({ state }) => state === 'waiting') ? 'waiting' : 'running';
}
