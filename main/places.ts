import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder; inside app.asar once packaged. This file is bundled into `out/main/index.js`. */
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Files that the shell opens or starts, in one place. */
export const places = {
  preload: path.join(packageFolder, 'out/preload/index.cjs'),
  renderer: path.join(packageFolder, 'out/renderer'),
  /** The bundle of one of the host's entries. */
  host: (name: string) => path.join(packageFolder, 'out/host', `${name}.js`),
  icon: path.join(packageFolder, 'resources/icons/icon.png'),
  trayIcon: path.join(packageFolder, 'resources/icons/32x32.png'),
  /** Other programs cannot look into app.asar, so the packager puts the pages for people beside it. */
  docs: path.join(packageFolder.replace(/app\.asar[\\/]?$/, ''), 'docs'),
};

/**
 * The workspace to open: `--workspace PATH` or `--workspace=PATH`, else LATHE_WORKSPACE, else `~/Lathe`.
 *
 * @param commandLine arguments as the process got them
 */
export function workspaceFrom(commandLine: readonly string[], env: NodeJS.ProcessEnv): string {
  const flag = commandLine.findIndex((part) => part === '--workspace' || part.startsWith('--workspace='));
  const named =
    commandLine[flag] === '--workspace'
      ? commandLine[flag + 1]
      : commandLine[flag]?.slice('--workspace='.length);
  return path.resolve(named || env.LATHE_WORKSPACE || path.join(os.homedir(), 'Lathe'));
}
