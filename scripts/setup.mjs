/**
 * Make this checkout ready to run: the dependencies of the lock file, a Node 24, and whatever build is stale. Runs on
 * the system's Node before anything is installed, so it uses nothing but Node itself. Does nothing, and says nothing,
 * when nothing is needed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildStale, buildTargets } from './build.mjs';
import { main, node24, root, SetupError } from './node24.mjs';

const stamp = path.join(root, 'node_modules/.lathe-setup');
const lockFile = path.join(root, 'package-lock.json');

function wantedStamp() {
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${lock} ${process.platform}-${process.arch}`;
}

/**
 * Whether what npm says it installed is what the lock file asks for. Lets a checkout that `npm install` or `npm ci`
 * already filled stand as it is.
 */
function installedIsLocked() {
  const installedFile = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const lockedHolds = Object.entries(locked).every(
    ([name, entry]) =>
      name === '' || (name in installed ? installed[name].version === entry.version : entry.optional),
  );
  return lockedHolds && Object.keys(installed).every((name) => name in locked);
}

/** @returns {boolean} whether dependencies must be installed */
function dependenciesAreStale() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp()) return false;
  if (!installedIsLocked()) return true;
  writeFileSync(stamp, wantedStamp());
  return false;
}

/** What npm said, as something that a person can act on. */
function npmFailure(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return new SetupError(
      'The dependencies could not be fetched: the package registry is out of reach.',
      'Connect to the network once (or set npm’s registry or proxy) and run the same command again; Lathe itself then works offline.',
    );
  }
  if (/ENOSPC/.test(output)) {
    return new SetupError(
      'The disk is full.',
      'Free about 2 GB where this checkout lies and run the same command again.',
    );
  }
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return new SetupError(
      `npm may not write to ${path.join(root, 'node_modules')}.`,
      'Give your user write permission to the checkout, or clone it again as that user.',
    );
  }
  if (/EUSAGE|from lock file/.test(output)) {
    return new SetupError(
      `package-lock.json does not fit package.json:\n${output.trim()}`,
      'Run `npm install` and then `npm run lock`.',
    );
  }
  return new SetupError(
    `npm ci failed:\n${output.trim()}`,
    'Repair what npm names above and run the same command again.',
  );
}

/**
 * `npm ci`, also from inside an `npm run`: by the same npm, on the Node that started it (the one in node_modules is
 * about to be replaced), and with the log level set, because `npm run -s` would silence the reason of a failure.
 */
function installDependencies() {
  const npm = process.env.npm_execpath;
  const inNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const command = inNpm ? (process.env.npm_node_execpath ?? process.execPath) : 'npm';
  const args = [
    ...(inNpm ? [npm] : []),
    ...[
      'ci',
      '--include=dev',
      '--include=optional',
      '--ignore-scripts',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
    ],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !inNpm && process.platform === 'win32',
    });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('error', (error) =>
      reject(
        error.code === 'ENOENT'
          ? new SetupError(
              'npm was not found.',
              'Install npm (on Debian: apt-get install npm) and try again.',
            )
          : error,
      ),
    );
    child.once('exit', (code) => (code === 0 ? resolve(undefined) : reject(npmFailure(output))));
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two set-ups at once would undo each other's work: the second waits, and takes over from one that died. */
async function withLock(body, say) {
  const file = path.join(root, 'out/.setup-lock');
  mkdirSync(path.dirname(file), { recursive: true });
  for (let waited = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
      if (owner > 0 && !isAlive(owner)) rmSync(file, { force: true });
      else {
        if (!waited) say(`Another set-up is at work (process ${owner}); waiting for it.`);
        waited = true;
        await wait(200);
      }
    }
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await body();
  } finally {
    release();
    process.off('exit', release);
  }
}

const seconds = (since) => `${Math.max(1, Math.round((Date.now() - since) / 1000))} s`;

function wordsFor(names) {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * @param {object} [options]
 * @param {readonly string[]} [options.targets] what to build where stale
 * @param {boolean} [options.quiet] print nothing but errors
 */
export async function setUp({ targets = buildTargets, quiet = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    throw new SetupError(
      `Lathe's set-up needs Node 20.11 or newer; this is Node ${process.versions.node}.`,
      'Install a newer Node from https://nodejs.org and try again.',
    );
  }
  // Standard error: a command's standard output may be one JSON document.
  const say = (line) => {
    if (!quiet) console.error(line);
  };
  await withLock(async () => {
    const done = [];
    if (dependenciesAreStale()) {
      const since = Date.now();
      await installDependencies();
      writeFileSync(stamp, wantedStamp());
      done.push(`dependencies installed (${seconds(since)})`);
    }
    node24();
    const since = Date.now();
    const built = await buildStale(targets);
    if (built.length > 0) done.push(`${wordsFor(built)} built (${seconds(since)})`);
    if (done.length > 0) say(`Set up: ${done.join(', ')}.`);
  }, say);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => setUp({ quiet: process.argv.includes('--quiet') }));
}
