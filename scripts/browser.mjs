/** Find a Chromium for the browser tests, or install the distribution's own where this user may. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const fixedPlaces = [
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | null} path of a Chromium, LATHE_CHROMIUM first */
export function findBrowser() {
  const chosen = process.env.LATHE_CHROMIUM;
  if (chosen) return isProgram(chosen) ? chosen : null;
  const folders = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/bin').filter(Boolean);
  const places = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...places, ...fixedPlaces].find(isProgram) ?? null;
}

/**
 * @returns {{browser: string | null, said: string | null}} the browser's path, and what to tell the person: what was
 *   installed, or why there is no browser and what to do
 */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return { browser: found, said: null };
  if (process.env.LATHE_CHROMIUM) {
    return {
      browser: null,
      said: `LATHE_CHROMIUM names ${process.env.LATHE_CHROMIUM}, which is no program.`,
    };
  }
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) {
    return {
      browser: null,
      said: 'No Chromium was found. Install it (on Debian or Ubuntu: sudo apt-get install chromium) or set LATHE_CHROMIUM to its path.',
    };
  }
  const since = Date.now();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  let reason = '';
  for (const args of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', 'chromium'],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (status !== 0) reason = stderr.trim().split('\n').at(-1) ?? '';
  }
  const browser = findBrowser();
  return browser
    ? { browser, said: `Set up: Chromium installed (${Math.round((Date.now() - since) / 1000)} s).` }
    : { browser: null, said: `Chromium could not be installed by apt-get: ${reason}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { browser, said } = ensureBrowser();
  if (said) console.error(said);
  if (browser) console.log(browser);
  else process.exitCode = 1;
}
