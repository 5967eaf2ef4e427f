/** `npm start`: the Electron window where Electron's program and a display are there, else the headless host. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { main, root, runProgram, runUnderNode24 } from './node24.mjs';
import { setUp } from './setup.mjs';

/** @returns {string | null} Electron's program, looked for without importing the package: that would download it */
function electronProgram() {
  const folder = path.join(root, 'node_modules/electron');
  const pathFile = path.join(folder, 'path.txt');
  const ownDist = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const defaultName =
    { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron';
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : ownDist ? defaultName : null;
  if (name === null) return null;
  const program = path.join(ownDist ?? path.join(folder, 'dist'), name);
  return existsSync(program) ? program : null;
}

const hasDisplay =
  process.platform === 'win32' ||
  process.platform === 'darwin' ||
  Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

await main(async () => {
  await setUp();
  const electron = hasDisplay ? electronProgram() : null;
  if (electron) return await runProgram(electron, [root, ...process.argv.slice(2)]);
  console.error(
    hasDisplay
      ? 'Electron’s program is not here (npx install-electron fetches it): opening Lathe in the browser instead.'
      : 'No display: starting Lathe for a browser.',
  );
  return await runUnderNode24('out/host/cli.js', ['serve', ...process.argv.slice(2)]);
});
