import { create } from 'zustand';

export type ConnectionState = 'connecting' | 'connected' | 'reconnecting';

interface Connection {
  readonly state: ConnectionState;
  readonly set: (state: ConnectionState) => void;
}

/** Whether the page reaches the core; the shell shows a banner while it does not. */
export const useConnection = create<Connection>((set) => ({
  state: 'connecting',
  set: (state) => set({ state }),
}));
