import { create } from 'zustand';
import type { MarkedRuns } from './table/marked-runs.ts';

interface RunSelectionState {
  readonly selected: MarkedRuns;
  readonly select: (runs: MarkedRuns) => void;
}

/** The runs marked in the table; kept while other pages show, so that the palette can act on them. */
export const useRunSelection = create<RunSelectionState>((set) => ({
  selected: new Map(),
  select: (selected) => set({ selected }),
}));
