import type { ElectronParentPort, ElectronPort } from '../../native/parent-channel.ts';
import type { ToShell } from '../contract/shell-protocol.ts';
import { AppError } from '../kernel/app-error.ts';
import type { WorkerEntry, WorkerProcess, WorkerStarter } from '../kernel/ports/workers.ts';
import { askShell } from './electron-shell.ts';

type Output = Extract<ToShell, { type: 'start-worker' }>['output'];
type Exit = { readonly code: number | null; readonly signal: string | null };

/**
 * Workers under Electron: only the main process can fork a utility process, so it is asked over `parentPort`. It hands
 * back a port straight to the worker, so what is said to the worker never passes through the process of the windows.
 */
export function createElectronWorkers(parentPort: ElectronParentPort): WorkerStarter {
  return {
    async start(entry, args) {
      const { pid, port, exit, kill } = await fork(parentPort, entry, args, null);
      if (port === undefined) throw new Error(`the shell sent no port to the ${entry} worker`);
      const listeners = new Set<(message: unknown) => void>();
      port.on('message', (event) => {
        for (const listener of [...listeners]) listener(event.data);
      });
      port.start();
      return {
        pid,
        send: (message) => port.postMessage(message),
        onMessage: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        onExit: (listener) => void exit.then(listener),
        kill: (signal = 'SIGTERM') => kill(signal),
      } satisfies WorkerProcess;
    },
    startDetached: async (entry, args, output) => ({
      pid: (await fork(parentPort, entry, args, output)).pid,
    }),
  };
}

interface Forked {
  readonly pid: number;
  readonly port: ElectronPort | undefined;
  readonly exit: Promise<Exit>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

function fork(
  parentPort: ElectronParentPort,
  entry: WorkerEntry,
  args: readonly string[],
  output: Output,
): Promise<Forked> {
  return new Promise<Forked>((resolve, reject) => {
    const exit = Promise.withResolvers<Exit>();
    const number = askShell(
      parentPort,
      (request) => ({ type: 'start-worker', request, entry, args: [...args], output }),
      (answer, port) => {
        if (answer.type === 'worker-started') {
          resolve({
            pid: answer.pid,
            port,
            exit: exit.promise,
            kill: (signal) =>
              parentPort.postMessage({ type: 'kill-worker', request: number, signal } satisfies ToShell),
          });
          return false;
        }
        if (answer.type === 'worker-failed') {
          reject(
            new AppError('TARGET_FAILED', `The ${entry} process could not be started: ${answer.message}.`, {
              nextStep: 'Try again; if it fails again, restart Lathe.',
            }),
          );
        }
        if (answer.type === 'worker-exited') exit.resolve({ code: answer.code, signal: null });
        return true;
      },
    );
  });
}
