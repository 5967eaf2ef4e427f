import { create } from 'zustand';

interface RunSelectionState {
  readonly selected: ReadonlySet<string>;
  readonly select: (ids: ReadonlySet<string>) => void;
}

/** The runs marked in the table; kept while other pages show, so that the palette can act on them. */
export const useRunSelection = create<RunSelectionState>((set) => ({
  selected: new Set(),
  select: (selected) => set({ selected }),
}));
