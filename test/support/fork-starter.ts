import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerEntry, WorkerProcess, WorkerStarter } from '../../app/kernel/ports/workers.ts';

const files: Partial<Record<WorkerEntry, string>> = {
  model: '../../native/inference/model.worker.ts',
  'inference-server': '../../app/host/inference-server.ts',
};

export interface StartedWorker {
  readonly entry: WorkerEntry;
  readonly args: readonly string[];
  readonly pid: number;
  readonly environment: readonly string[];
}

/** Starts workers as children of the test, from their sources, and remembers which. */
export function createForkStarter(): WorkerStarter & { readonly started: StartedWorker[]; killAll(): void } {
  const children = new Set<ChildProcess>();
  const started: StartedWorker[] = [];
  return {
    started,
    async start(entry, args) {
      const file = files[entry];
      if (!file) throw new Error(`the test starts no worker "${entry}"`);
      const env = { PATH: process.env.PATH ?? '' };
      const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
        env,
        execArgv: [],
        serialization: 'advanced',
      });
      children.add(child);
      child.once('exit', () => children.delete(child));
      started.push({ entry, args, pid: child.pid!, environment: Object.keys(env) });
      return asWorker(child);
    },
    startDetached() {
      throw new Error('the test starts no detached worker');
    },
    killAll() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function asWorker(child: ChildProcess): WorkerProcess {
  let exit: { code: number | null; signal: string | null } | undefined;
  child.once('exit', (code, signal) => (exit = { code, signal }));
  child.on('error', () => undefined);
  return {
    pid: child.pid!,
    send: (message) => {
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    onExit(listener) {
      if (exit) listener(exit);
      else child.once('exit', (code, signal) => listener({ code, signal }));
    },
    kill: (signal = 'SIGTERM') => void child.kill(signal),
  };
}
