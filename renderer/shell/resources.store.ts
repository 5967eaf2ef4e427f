import { create } from 'zustand';
import type { Resources } from '../../app/contract/system.contract.ts';

interface LatestResources {
  /** Null until the core has sent the first. */
  readonly latest: Resources | null;
}

/** The load of the machine as last reported; the status bar reads the stream, everything else reads this. */
export const useResources = create<LatestResources>(() => ({ latest: null }));
