/**
 * Lathe's code needs Node 24; these scripts start on whatever Node the system has. The platform package that the lock
 * file brings holds a Node 24, which npm links as node_modules/.bin/node.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const wanted = 24;
const majorVersion = Number(process.versions.node.split('.')[0]);

/** Something that the person at the terminal can put right; printed without a stack. */
export class SetupError extends Error {
  /** @param {string} message @param {string} nextStep */
  constructor(message, nextStep) {
    super(message);
    this.nextStep = nextStep;
  }
}

/** @returns {string | null} path of a Node that runs Lathe, or null where there is none yet */
export function findNode24() {
  if (majorVersion >= wanted) return process.execPath;
  const arch = process.arch;
  const bundled =
    process.platform === 'win32'
      ? path.join(root, `node_modules/node-win-${arch}/bin/node.exe`)
      : path.join(root, `node_modules/node-${process.platform}-${arch}/bin/node`);
  return existsSync(bundled) ? bundled : null;
}

/** @returns {string} path of a Node that runs Lathe; throws SetupError with what to do */
export function node24() {
  const found = findNode24();
  if (found) return found;
  throw new SetupError(
    `Lathe needs Node ${wanted}; this is Node ${process.versions.node}, and npm has no Node ${wanted} for ${process.platform} on ${process.arch}.`,
    `Install Node ${wanted} from https://nodejs.org and try again.`,
  );
}

/**
 * Run a program of this checkout under Node 24: in this process where it is one, else in a child that gets the
 * terminal, the signals and passes its exit code back.
 *
 * @param {string} file relative to the checkout
 * @param {string[]} args
 * @param {string} [folder] where it works; npm goes to the checkout and says in INIT_CWD where the person was
 * @returns {Promise<number>} exit code
 */
export async function runUnderNode24(file, args, folder = whereThePersonIs()) {
  const program = path.join(root, file);
  if (majorVersion < wanted) return await runProgram(node24(), [program, ...args], { cwd: folder });
  module.enableCompileCache(path.join(root, 'node_modules/.cache/compile'));
  process.chdir(folder);
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
  return Number(process.exitCode ?? 0);
}

function whereThePersonIs() {
  return (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd();
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} exit code; 128 + the signal's number where one ended it
 */
export function runProgram(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const done = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
    });
  });
}

/**
 * The frame of every script here: prints what a person can put right without a stack, and sets the exit code.
 *
 * @param {() => Promise<number | undefined>} body
 */
export async function main(body) {
  try {
    const code = await body();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`${error.message}\n→ ${error.nextStep}`);
    process.exitCode = 1;
  }
}
