import { create } from 'zustand';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import type { RunsAsked } from '../runs/table/run-reads.ts';

export interface ExportChoice {
  readonly marked: readonly Run['id'][];
  /** What the run table shows; without it, all runs of the project. */
  readonly asked?: RunsAsked;
  readonly total?: number | null;
}

/** What the dialog is open for. */
export type TransferShown =
  | { readonly kind: 'import' }
  | { readonly kind: 'export'; readonly choice: ExportChoice }
  | { readonly kind: 'job'; readonly job: Job };

interface TransferDialogState {
  readonly shown: TransferShown | null;
  readonly openImport: () => void;
  readonly openExport: (choice: ExportChoice) => void;
  readonly openJob: (job: Job) => void;
  readonly close: () => void;
}

/** Opens the dialog that imports and exports runs from anywhere; the shell mounts it once. */
export const useTransferDialog = create<TransferDialogState>((set) => ({
  shown: null,
  openImport: () => set({ shown: { kind: 'import' } }),
  openExport: (choice) => set({ shown: { kind: 'export', choice } }),
  openJob: (job) => set({ shown: { kind: 'job', job } }),
  close: () => set({ shown: null }),
}));
