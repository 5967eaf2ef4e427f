import { create } from 'zustand';

interface Overlays {
  readonly palette: boolean;
  readonly shortcuts: boolean;
  readonly newProject: boolean;
  readonly set: (change: Partial<Pick<Overlays, 'palette' | 'shortcuts' | 'newProject'>>) => void;
}

/** Which of the shell's own overlays are open. */
export const useOverlays = create<Overlays>((set) => ({
  palette: false,
  shortcuts: false,
  newProject: false,
  set: (change) => set(change),
}));
