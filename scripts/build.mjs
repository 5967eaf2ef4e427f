/** Build what is stale: each target has a stamp with the digest of everything that goes into it. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { main, node24, root, SetupError } from './node24.mjs';

const shared = ['package-lock.json', 'tsconfig.base.json'];

/** What each target is made of, the command that makes it, and what must be there afterwards. */
const targets = {
  host: {
    inputs: [...shared, 'vite.host.config.ts', 'app', 'native'],
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'vite.host.config.ts',
      '--logLevel',
      'warn',
    ],
    outputs: ['out/host/cli.js'],
  },
  renderer: {
    inputs: [...shared, 'app/contract', 'renderer'],
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'renderer/vite.config.ts',
      '--logLevel',
      'warn',
    ],
    outputs: ['out/renderer/index.html'],
  },
  electron: {
    inputs: [...shared, 'electron.vite.config.ts', 'app/contract', 'main', 'preload'],
    command: [
      'node_modules/electron-vite/bin/electron-vite.js',
      'build',
      '--config',
      'electron.vite.config.ts',
      '--logLevel',
      'warn',
    ],
    outputs: ['out/main/index.js', 'out/preload/index.cjs'],
  },
};

export const buildTargets = /** @type {(keyof typeof targets)[]} */ (Object.keys(targets));

const notBuilt = /[.]test[.]tsx?$|[.]md$/;

function* filesOf(relative) {
  const full = path.join(root, relative);
  if (!existsSync(full)) return;
  const entries = readdirSync(full, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isFile() && !notBuilt.test(entry.name))
      yield path.join(entry.parentPath ?? entry.path, entry.name);
  }
}

/** Digest of the names and contents of everything that goes into a target. */
function digestOf({ inputs, command }) {
  const hash = createHash('sha256').update(JSON.stringify(command));
  for (const input of inputs) {
    const full = path.join(root, input);
    const files = /[.][a-z]+$/.test(input) ? (existsSync(full) ? [full] : []) : [...filesOf(input)].sort();
    for (const file of files) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

const stampOf = (name) => path.join(root, 'out', `.stamp-${name}`);

function isStale(name) {
  const target = targets[name];
  if (!target.outputs.every((output) => existsSync(path.join(root, output)))) return true;
  return !existsSync(stampOf(name)) || readFileSync(stampOf(name), 'utf8') !== digestOf(target);
}

/** What the builder said, for people: no colours, and not its own call stack. */
function withoutStack(output) {
  const lines = stripVTControlCharacters(output).split('\n');
  return lines
    .filter((line) => !/^\s+at |^\s*(errors: \[|\}$)/.test(line))
    .join('\n')
    .trim();
}

async function build(name) {
  const target = targets[name];
  const digest = digestOf(target);
  rmSync(stampOf(name), { force: true });
  const { code, output } = await new Promise((resolve, reject) => {
    const child = spawn(node24(), target.command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, output }));
  });
  if (code !== 0) {
    throw new SetupError(
      `Building ${name} failed:\n${withoutStack(output)}`,
      'Repair the file that is named above.',
    );
  }
  mkdirSync(path.join(root, 'out'), { recursive: true });
  writeFileSync(stampOf(name), digest);
}

/**
 * @param {readonly string[]} names
 * @returns {Promise<string[]>} the targets that were stale and are built now
 */
export async function buildStale(names = buildTargets) {
  const stale = names.filter(isStale);
  // All of them end before a failure is told: a build that goes on behind a closed terminal would leave halves.
  for (const outcome of await Promise.allSettled(stale.map(build))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const names = process.argv.slice(2);
    const unknown = names.find((name) => !(name in targets));
    if (unknown)
      throw new SetupError(`There is no build target "${unknown}".`, `Use ${buildTargets.join(', ')}.`);
    const built = await buildStale(names.length > 0 ? names : buildTargets);
    console.log(built.length > 0 ? `Built: ${built.join(', ')}.` : 'Everything is up to date.');
  });
}
