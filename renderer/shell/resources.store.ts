import { create } from 'zustand';
import type { Resources } from '../../app/contract/system.contract.ts';

interface LatestResources {
  /** Null until the core has sent the first. */
  readonly latest: Resources | null;
  /** How busy each GPU was since the page was opened, in percent, by its id; the newest last. */
  readonly gpuHistory: Readonly<Record<string, readonly number[]>>;
}

/** Readings that are kept of each GPU: a quarter of an hour at one a second. */
const keptReadings = 900;

/** The load of the machine as last reported; the status bar reads the stream, everything else reads this. */
export const useResources = create<LatestResources>(() => ({ latest: null, gpuHistory: {} }));

/** Takes what the stream says next. */
export function noteResources(latest: Resources): void {
  useResources.setState(({ gpuHistory }) => ({
    latest,
    gpuHistory: Object.fromEntries(
      latest.gpus.map(({ id, utilisationPercent }) => [
        id,
        [...(gpuHistory[id] ?? []), utilisationPercent ?? Number.NaN].slice(-keptReadings),
      ]),
    ),
  }));
}
