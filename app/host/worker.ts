import { electronParentPort } from '../../native/parent-channel.ts';
import { errorTable } from '../contract/errors.ts';
import { fromShell, type ToShell } from '../contract/shell-protocol.ts';
import { AppError } from '../kernel/app-error.ts';
import { compose } from './compose.ts';
import { createElectronDesktop } from './electron-desktop.ts';
import { createElectronKeyring } from './electron-keyring.ts';
import { createElectronWorkers } from './electron-workers.ts';

/** The core inside Electron's utility process: opens the workspace it is told, and serves the ports it is handed. */
const parentPort = electronParentPort();
if (parentPort === undefined) throw new Error('this file runs only in a utility process of Electron');
const shell = parentPort;
const tell = (message: ToShell) => shell.postMessage(message);

let application: ReturnType<typeof compose> | undefined;

shell.on('message', ({ data, ports }) => {
  const parsed = fromShell.safeParse(data);
  if (!parsed.success) return;
  switch (parsed.data.type) {
    case 'open':
      application ??= open(parsed.data.workspace);
      break;
    case 'connect':
      for (const port of ports) void application?.then((opened) => opened.connectMessagePort(port), ignore);
      break;
    case 'ask-busy':
      application?.then((opened) => tell({ type: 'busy', busy: opened.busy() }), ignore);
      break;
    case 'close':
      void close();
      break;
  }
});

function open(workspace: string): ReturnType<typeof compose> {
  const opening = compose({
    workspace,
    host: 'electron',
    workers: createElectronWorkers(shell),
    desktop: createElectronDesktop(shell),
    keyring: createElectronKeyring(shell),
    restoreEndpoints: true,
  });
  opening.then(
    () => tell({ type: 'opened' }),
    (error: unknown) => {
      console.error(error);
      const { code, message, nextStep } =
        error instanceof AppError
          ? error
          : { code: 'BUG', message: String(error), nextStep: errorTable.BUG.nextStep };
      tell({ type: 'failed', code, message, nextStep });
    },
  );
  return opening;
}

/** The shell shows a failure to open; every other user of `application` passes over it. */
function ignore(): void {}

async function close(): Promise<void> {
  let exitCode = 0;
  try {
    await (await application?.catch(ignore))?.close();
  } catch (error) {
    console.error(error);
    exitCode = 1;
  }
  process.exit(exitCode);
}
