import { AppError } from '../../app/kernel/app-error.ts';
import type {
  CheckoutRequest,
  CollectRequest,
  DataStore,
  StoreRoots,
} from '../../app/kernel/ports/data-store.ts';
import { testStore } from './data-stores.ts';

/** One call of a data store, made by a process of its own, so that it can be killed. */
export type StoreTask =
  | { readonly do: 'take'; readonly source: string; readonly memory: string | null }
  | ({ readonly do: 'checkout' } & CheckoutRequest)
  | ({ readonly do: 'collect' } & CollectRequest)
  | { readonly do: 'repair'; readonly roots: StoreRoots; readonly copies: Copies };
type Copies = Awaited<ReturnType<Parameters<DataStore['repair']>[1]>>;

/** What the program prints when its call has ended, one way or the other. */
export type StoreOutcome =
  | { readonly done: unknown }
  | { readonly failed: { readonly code: string; readonly message: string; readonly nextStep: string } };

/** @returns the words to start this program with */
export function storeProgram(folder: string, task: StoreTask): string[] {
  return [import.meta.filename, folder, JSON.stringify(task)];
}

export function doTask(store: DataStore, task: StoreTask): Promise<unknown> {
  switch (task.do) {
    case 'take': {
      const { source, memory } = task;
      return store.storeTree({ sources: [{ path: source, name: '' }], memory, rehash: false });
    }
    case 'checkout':
      return store.checkout(task);
    case 'collect':
      return store.collect(task);
    case 'repair':
      return store.repair(task.roots, async () => task.copies);
  }
}

async function main([folder, words]: readonly string[]): Promise<void> {
  const { store } = testStore(folder, 1);
  const print = (outcome: StoreOutcome) => process.stdout.write(`${JSON.stringify(outcome)}\n`);
  try {
    print({ done: await doTask(store, JSON.parse(words!) as StoreTask) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, nextStep } = error;
    print({ failed: { code, message, nextStep } });
    process.exitCode = 1;
  }
  await store.close();
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
