import { create } from 'zustand';
import type { Run } from '../../../app/contract/runs.contract.ts';
import type { ParameterValue } from '../../../app/contract/wire.ts';

/** What the dialog starts from; everything not given is chosen in it. */
export interface TrainRequest {
  readonly dataset?: string;
  readonly version?: number;
  readonly template?: string;
  readonly params?: Readonly<Record<string, ParameterValue>>;
  /** The run that this repeats, perhaps with changes. */
  readonly fromRun?: Pick<Run, 'id' | 'name'>;
}

interface TrainDialogState {
  /** Null while the dialog is closed. */
  readonly request: TrainRequest | null;
  readonly open: (request?: TrainRequest) => void;
  readonly close: () => void;
}

/** Opens the train dialog from anywhere; the shell mounts it once. */
export const useTrainDialog = create<TrainDialogState>((set) => ({
  request: null,
  open: (request = {}) => set({ request }),
  close: () => set({ request: null }),
}));
