import { create } from 'zustand';
import type { SourceKind } from './import/import-draft.ts';

interface ImportDialogState {
  readonly opened: boolean;
  /** The dataset that gets a new version; empty to name a new one. */
  readonly name: string;
  /** Files that were dropped on a page. */
  readonly files: readonly File[];
  /** Where the data comes from, to begin with. */
  readonly kind: SourceKind;
  readonly open: (request?: {
    readonly name?: string;
    readonly files?: readonly File[];
    readonly kind?: SourceKind;
  }) => void;
  readonly close: () => void;
}

/** Opens the import dialog from anywhere; the shell mounts it once. */
export const useImportDialog = create<ImportDialogState>((set) => ({
  opened: false,
  name: '',
  files: [],
  kind: 'files',
  open: ({ name = '', files = [], kind = 'files' } = {}) => set({ opened: true, name, files, kind }),
  close: () => set({ opened: false, files: [] }),
}));
