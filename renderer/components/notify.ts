import { create } from 'zustand';
import { errorWords } from '../client/errors.ts';

export interface Toast {
  readonly id: number;
  readonly message: string;
  readonly failed: boolean;
  readonly undo?: () => unknown;
}

interface Toasts {
  readonly shown: readonly Toast[];
  readonly show: (toast: Omit<Toast, 'id'>) => void;
  readonly dismiss: (id: number) => void;
}

/** At most this many at once; the oldest goes first. */
const limit = 4;
let lastId = 0;

/** The toasts on screen; the shell draws them and lets them go. */
export const useToasts = create<Toasts>((set) => ({
  shown: [],
  show: (toast) => {
    lastId += 1;
    const id = lastId;
    set(({ shown }) => ({ shown: [...shown, { ...toast, id }].slice(-limit) }));
  },
  dismiss: (id) => set(({ shown }) => ({ shown: shown.filter((toast) => toast.id !== id) })),
}));

/** One line at the bottom right. A failure that needs action belongs in place instead (ErrorNotice). */
export const notify = {
  done: (message: string) => useToasts.getState().show({ message, failed: false }),
  undo: (message: string, undo: () => unknown) => useToasts.getState().show({ message, failed: false, undo }),
  /** For actions without a place of their own; the cure is said with the fault. */
  error: (error: unknown) => {
    const { message, nextStep } = errorWords(error);
    useToasts.getState().show({ message: `${message} ${nextStep}`, failed: true });
  },
};
