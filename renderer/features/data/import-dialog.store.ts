import { create } from 'zustand';

interface ImportDialogState {
  readonly opened: boolean;
  /** The dataset that gets a new version; empty to name a new one. */
  readonly name: string;
  /** Files that were dropped on a page. */
  readonly files: readonly File[];
  readonly open: (request?: { readonly name?: string; readonly files?: readonly File[] }) => void;
  readonly close: () => void;
}

/** Opens the import dialog from anywhere; the shell mounts it once. */
export const useImportDialog = create<ImportDialogState>((set) => ({
  opened: false,
  name: '',
  files: [],
  open: ({ name = '', files = [] } = {}) => set({ opened: true, name, files }),
  close: () => set({ opened: false, files: [] }),
}));
