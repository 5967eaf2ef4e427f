import { create } from 'zustand';
import type { RecipeInput } from '../../../app/contract/recipe.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import type { ParameterValue } from '../../../app/contract/wire.ts';
import type { ChosenData } from './train-draft.ts';
import type { TrainSource } from './train-subject.ts';

/** What the dialog starts from; everything not given is chosen in it. */
export interface TrainRequest {
  readonly source?: TrainSource;
  /** The main data set. */
  readonly dataset?: string;
  readonly version?: number;
  /** A named split of that version. */
  readonly split?: string;
  /** Data sets by the name that the program knows them by. */
  readonly inputs?: Readonly<Record<string, ChosenData>>;
  readonly template?: string;
  readonly path?: string;
  /** Used where no template of the name above is there. */
  readonly recipe?: { readonly definition: RecipeInput; readonly folder: string };
  readonly params?: Readonly<Record<string, ParameterValue>>;
  readonly target?: string;
  readonly experiment?: string;
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
