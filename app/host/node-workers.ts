import { fork, spawn } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Entry, entryUrl } from '../../native/entry-url.ts';
import { AppError, fromSystemError } from '../kernel/app-error.ts';
import type { WorkerEntry, WorkerProcess, WorkerStarter } from '../kernel/ports/workers.ts';

const entries: Record<WorkerEntry, Entry> = {
  train: 'train.worker',
  model: 'model.worker',
  'inference-server': 'inference-server',
};

/** What a worker needs of the environment. Everything else stays out: tokens and keys live in there too often. */
const passedOn =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|LD_LIBRARY_PATH|CUDA_\w+|NODE_COMPILE_CACHE|OMP_\w+)$/;

/** Workers as children of this Node process. */
export function createNodeWorkers(): WorkerStarter {
  return {
    async start(entry, args) {
      const child = fork(fileOf(entry), [...args], {
        env: workerEnvironment(),
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await started(child, entry);
      // A message to a worker that just died fails with an event; that it died is told by onExit.
      child.on('error', () => {});
      return {
        pid: child.pid!,
        send: (message) => {
          if (child.connected) child.send(message as object);
        },
        onMessage(listener) {
          child.on('message', listener);
          return () => child.off('message', listener);
        },
        onExit(listener) {
          if (child.exitCode !== null || child.signalCode !== null)
            queueMicrotask(() => listener({ code: child.exitCode, signal: child.signalCode }));
          else child.once('exit', (code, signal) => listener({ code, signal }));
        },
        kill: (signal = 'SIGTERM') => void child.kill(signal),
      } satisfies WorkerProcess;
    },
    async startDetached(entry, args, { stdoutPath, stderrPath }) {
      const outputs: number[] = [];
      try {
        for (const path of [stdoutPath, stderrPath]) outputs.push(fs.openSync(path, 'a', 0o600));
        const child = spawn(process.execPath, [fileOf(entry), ...args], {
          detached: true,
          env: workerEnvironment(),
          stdio: ['ignore', ...outputs],
          windowsHide: true,
        });
        await started(child, entry);
        child.unref();
        return { pid: child.pid! };
      } catch (error) {
        throw fromSystemError(error, stdoutPath);
      } finally {
        for (const output of outputs) fs.closeSync(output);
      }
    },
  };
}

const fileOf = (entry: WorkerEntry) => fileURLToPath(entryUrl(entries[entry]));

function workerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

function started(child: ReturnType<typeof spawn>, entry: WorkerEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', (error) =>
      reject(
        new AppError('TARGET_FAILED', `The ${entry} process could not be started: ${error.message}`, {
          cause: error,
        }),
      ),
    );
  });
}
