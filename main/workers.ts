import { createWriteStream } from 'node:fs';
import { MessageChannelMain, type UtilityProcess, utilityProcess } from 'electron';
import {
  type FromShell,
  parentHello,
  type ShellWorkerEntry,
  type ToShell,
  toShell,
} from '../app/contract/shell-protocol.ts';
import { places } from './places.ts';
import { workerEnvironment } from './worker-environment.ts';

type StartWorker = Extract<ToShell, { type: 'start-worker' }>;

const bundles: Record<ShellWorkerEntry, string> = {
  train: 'train.worker',
  'inference-server': 'inference-server',
  model: 'model.worker',
};

/**
 * Fork further processes for the core when it asks, from a fixed list of bundles. Those without files for their
 * output talk to the core through a port of their own and end with it; the others go on until Lathe quits.
 */
export function startWorkersFor(core: UtilityProcess): void {
  const tied = new Map<number, UtilityProcess>();
  const tell = (message: FromShell, port?: Electron.MessagePortMain) => {
    if (core.pid !== undefined) core.postMessage(message, port === undefined ? [] : [port]);
  };
  core.on('message', (data: unknown) => {
    const { data: message } = toShell.safeParse(data);
    if (message?.type === 'kill-worker') kill(tied.get(message.request), message.signal);
    if (message?.type === 'start-worker') start(message);
  });
  core.once('exit', () => {
    for (const worker of tied.values()) worker.kill();
  });

  function start({ request, entry, args, output }: StartWorker): void {
    const worker = utilityProcess.fork(places.host(bundles[entry]), args, {
      serviceName: `Lathe ${entry}`,
      env: workerEnvironment(process.env),
      stdio: output === null ? ['ignore', 'ignore', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let spawned = false;
    worker.once('spawn', () => {
      spawned = true;
      const pid = worker.pid!;
      if (output !== null) {
        worker.stdout?.pipe(createWriteStream(output.stdoutPath, { flags: 'a', mode: 0o600 }));
        worker.stderr?.pipe(createWriteStream(output.stderrPath, { flags: 'a', mode: 0o600 }));
        tell({ type: 'worker-started', request, pid });
        return;
      }
      tied.set(request, worker);
      const { port1, port2 } = new MessageChannelMain();
      worker.postMessage(parentHello.parse({ type: 'parent' }), [port2]);
      tell({ type: 'worker-started', request, pid }, port1);
    });
    worker.once('exit', (code) => {
      tied.delete(request);
      if (spawned) tell({ type: 'worker-exited', request, code });
      else tell({ type: 'worker-failed', request, message: `it ended with code ${code} before it ran` });
    });
  }
}

function kill(worker: UtilityProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (worker?.pid === undefined) return;
  if (signal === 'SIGTERM') worker.kill();
  else process.kill(worker.pid, signal);
}
