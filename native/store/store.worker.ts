import { parentPort, workerData } from 'node:worker_threads';
import { crossing } from '../tables/crossed-error.ts';
import { storeFault } from './contents/store-faults.ts';
import { type CallContext, calls } from './coordinator/calls.ts';
import { Keeper } from './coordinator/keeper.ts';
import type { TellProgress } from './coordinator/store-tree.ts';
import { newControl, type SharedControl, stop } from './pool/session-control.ts';
import type { FromStore, StoreThreadData, ToStore } from './store-messages.ts';

/** The store's own thread; see data-store.ts for the side that asks. */
const port = parentPort!;
const { paths, threads } = workerData as StoreThreadData;
const PROGRESS_EVERY_MS = 200;

let keeper: Keeper | undefined;
const underWay = new Map<number, SharedControl>();

port.on('message', (message: ToStore) => {
  if (message.kind === 'call') void serve(message.id, message.name, message.parameters);
  else if (message.kind === 'abort') {
    const control = underWay.get(message.id);
    if (control) stop(control, 'aborted');
  } else void close();
});

async function serve(id: number, name: string, parameters: readonly unknown[]): Promise<void> {
  const control = newControl(threads);
  underWay.set(id, control);
  let tellProgress: TellProgress | undefined;
  const timer = setInterval(() => {
    if (tellProgress) tell({ kind: 'progress', id, progress: tellProgress() });
  }, PROGRESS_EVERY_MS);
  try {
    keeper ??= open();
    const context: CallContext = {
      keeper,
      call: id,
      control,
      progress: (next) => {
        tellProgress = next;
      },
    };
    const call = calls[name as keyof typeof calls] as (
      context: CallContext,
      ...parameters: readonly unknown[]
    ) => unknown;
    tell({ kind: 'done', id, result: await call(context, ...parameters) });
  } catch (error) {
    tell({ kind: 'failed', id, error: crossing(storeFault(error, paths)) });
  } finally {
    clearInterval(timer);
    underWay.delete(id);
  }
}

function open(): Keeper {
  try {
    return new Keeper(paths, threads);
  } catch (error) {
    throw storeFault(error, paths);
  }
}

async function close(): Promise<void> {
  for (const control of underWay.values()) stop(control, 'aborted');
  await keeper?.close();
  port.close();
}

function tell(message: FromStore): void {
  port.postMessage(message);
}
