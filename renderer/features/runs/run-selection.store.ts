import { create } from 'zustand';
import type { Run } from '../../../app/contract/runs.contract.ts';

interface RunSelectionState {
  /** As they were when they were marked. */
  readonly selected: ReadonlyMap<string, Run>;
  readonly select: (runs: ReadonlyMap<string, Run>) => void;
}

/** The runs marked in the table; kept while other pages show, so that the palette can act on them. */
export const useRunSelection = create<RunSelectionState>((set) => ({
  selected: new Map(),
  select: (selected) => set({ selected }),
}));
