import { createContext, type ReactNode, useContext, useState } from 'react';
import { create, type StoreApi, type UseBoundStore, useStore } from 'zustand';

interface CursorState {
  /** Where the cursor stands on the horizontal axis: a step or milliseconds; null while it is off the charts. */
  readonly at: number | null;
  readonly moveTo: (at: number | null) => void;
}

type CursorStore = UseBoundStore<StoreApi<CursorState>>;

function createCursor(): CursorStore {
  return create<CursorState>((set) => ({
    at: null,
    moveTo: (at) => set((state) => (state.at === at ? state : { at })),
  }));
}

const CursorContext = createContext<CursorStore | null>(null);

/** All charts inside share one cursor. */
export function SharedCursor({ children }: { readonly children: ReactNode }) {
  const [store] = useState(createCursor);
  return <CursorContext value={store}>{children}</CursorContext>;
}

/** The shared cursor; a chart outside any `SharedCursor` has one of its own. */
export function useCursor(): CursorState {
  const shared = useContext(CursorContext);
  const [own] = useState(createCursor);
  return useStore(shared ?? own);
}
