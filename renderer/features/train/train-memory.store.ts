import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface TrainMemory {
  /** The target that was chosen last, by what was trained. */
  readonly targets: Readonly<Record<string, string>>;
  readonly script: string;
  readonly recipe: string;
  readonly rememberTarget: (subject: string, target: string) => void;
  readonly rememberPath: (kind: 'script' | 'recipe', path: string) => void;
}

/** Things remembered for the next time, on this device; what is older than these many is forgotten. */
const limit = 100;

/** What a person trained last and where; kept in the browser's own storage. */
export const useTrainMemory = create<TrainMemory>()(
  persist(
    (set) => ({
      targets: {},
      script: '',
      recipe: '',
      rememberTarget: (subject, target) =>
        set(({ targets }) => {
          const { [subject]: _before, ...others } = targets;
          return {
            targets: Object.fromEntries([...Object.entries(others).slice(1 - limit), [subject, target]]),
          };
        }),
      rememberPath: (kind, path) => set({ [kind]: path }),
    }),
    { name: 'lathe.train', version: 1 },
  ),
);
