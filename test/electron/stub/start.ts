import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import './install.ts';
import * as electron from './electron.ts';
import { type FakeProcess, type ForkRecord, forking, forks, type StubProcess } from './utility-process.ts';

const mainBundle = new URL('../../../out/main/index.js', import.meta.url).href;
let starts = 0;

export interface StartOptions {
  readonly firstInstance?: boolean;
  /** Real children from the built bundles instead of processes on paper. */
  readonly realProcesses?: boolean;
  /** What the core on paper says to a message of the shell. */
  readonly core?: (core: FakeProcess, message: { type: string }) => void;
  readonly env?: Record<string, string>;
}

/** An obedient core: opens, is idle, and closes when told. */
export const idleCore = (core: FakeProcess, { type }: { type: string }) => {
  if (type === 'open') core.say({ type: 'opened' });
  if (type === 'ask-busy') core.say({ type: 'busy', busy: false });
  if (type === 'close') core.end(0);
};

/** Start the built shell against the stand-in, up to its first window. */
export async function startShell(options: StartOptions = {}) {
  const { firstInstance = true, realProcesses = false, core = idleCore, env = {} } = options;
  electron.reset();
  forks.length = 0;
  forking.real = realProcesses;
  forking.answer = core;
  electron.user.firstInstance = firstInstance;
  electron.user.userData ||= mkdtempSync(path.join(os.tmpdir(), 'lathe-shell-'));
  Object.assign(process.env, env);
  await import(`${mainBundle}?start=${++starts}`);
  const windowsBeforeReady = electron.record.windows.length;
  electron.app.becomeReady();
  await until(() => electron.record.quit || electron.record.windows.length > 0);
  const window = electron.record.windows[0];
  window?.emit('ready-to-show');
  window?.webContents.emit('did-finish-load');
  return { electron, forks, window: window!, windowsBeforeReady };
}

/** Wait for something to become true, for five seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === 1000) throw new Error(`it did not come true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export type { FakeProcess, ForkRecord, StubProcess };
