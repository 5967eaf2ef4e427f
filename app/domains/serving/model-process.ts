import { AppError } from '../../kernel/app-error.ts';
import { fromFailure } from '../../kernel/ports/failure.ts';
import type { ModelWorkerMessage } from '../../kernel/ports/model-worker.ts';
import type { WorkerProcess, WorkerStarter } from '../../kernel/ports/workers.ts';

const LOAD_LIMIT_MS = 120_000;
const KILL_AFTER_MS = 2000;

export interface ModelProcess {
  readonly socketPath: string;
  readonly pid: number;
  /** Called once, with words for people, when the worker ends without having been told to. */
  onCrash(listener: (how: string) => void): void;
  onMemory(listener: (rssBytes: number) => void): void;
  end(): void;
}

/**
 * Start a worker for one model and wait until it listens.
 *
 * @throws AppError what the worker says is wrong with the model, or TARGET_FAILED when it dies or takes too long
 */
export async function startModelProcess(
  starter: WorkerStarter,
  modelPath: string,
  socketPath: string,
  threads: number,
): Promise<ModelProcess> {
  const worker = await starter.start('model', ['serve', modelPath, socketPath, String(threads)]);
  let ended = false;
  let crashed: string | undefined;
  const onCrash: ((how: string) => void)[] = [];
  worker.onExit(({ code, signal }) => {
    if (ended) return;
    crashed = signal ? `ended by ${signal}` : `ended with code ${code}`;
    for (const listener of onCrash) listener(crashed);
  });
  const end = () => {
    ended = true;
    terminate(worker);
  };
  let memoryBytes: number | undefined;
  const onMemory: ((rssBytes: number) => void)[] = [];
  worker.onMessage((message) => {
    const said = message as ModelWorkerMessage;
    if (said.type !== 'memory') return;
    memoryBytes = said.rssBytes;
    for (const listener of onMemory) listener(said.rssBytes);
  });
  try {
    await ready(worker);
  } catch (error) {
    end();
    throw error;
  }
  return {
    socketPath,
    pid: worker.pid,
    onCrash(listener) {
      if (crashed !== undefined) listener(crashed);
      else onCrash.push(listener);
    },
    onMemory(listener) {
      if (memoryBytes !== undefined) listener(memoryBytes);
      onMemory.push(listener);
    },
    end,
  };
}

function ready(worker: WorkerProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('TARGET_FAILED', `The model did not load within ${LOAD_LIMIT_MS / 1000} s.`)),
      LOAD_LIMIT_MS,
    );
    const settle = (action: () => void) => {
      clearTimeout(timer);
      action();
    };
    worker.onMessage((message) => {
      const said = message as ModelWorkerMessage;
      if (said.type === 'ready') settle(resolve);
      if (said.type === 'failed') settle(() => reject(fromFailure(said.failure)));
    });
    worker.onExit(({ code, signal }) =>
      settle(() =>
        reject(
          new AppError(
            'TARGET_FAILED',
            `The model's worker ended while it loaded the model (${signal ?? `code ${code}`}).`,
            {
              nextStep: 'Check that there is memory enough for the model, then start the endpoint again.',
            },
          ),
        ),
      ),
    );
  });
}

/** Ask a worker to end, and make it end if it does not. */
export function terminate(worker: WorkerProcess): void {
  const timer = setTimeout(() => worker.kill('SIGKILL'), KILL_AFTER_MS);
  timer.unref();
  worker.onExit(() => clearTimeout(timer));
  worker.kill('SIGTERM');
}
