import fs from 'node:fs';
import path from 'node:path';
import type { CodeSnapshot } from '../../../contract/execution.ts';
import { GitRefused, runGit } from './git-command.ts';
import { withoutCredentials } from './remote-address.ts';

const MOST_DIFF_BYTES = 5 << 20;

/** Names of files as Git gives them: bytes, relative to the folder that was asked about. */
export interface GitFiles {
  readonly tracked: readonly Buffer[];
  /** Neither tracked nor ignored. */
  readonly untracked: readonly Buffer[];
}

/** Whether the folder lies below a `.git`; Git itself says the rest. */
export function isBelowGit(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return true;
    if (at === path.dirname(at)) return false;
  }
}

/** What Git has and would add in a folder. @throws GitRefused also outside of a work tree */
export async function gitFiles(folder: string, signal: AbortSignal | undefined): Promise<GitFiles> {
  const list = async (...which: string[]) =>
    split(await runGit(folder, ['ls-files', '-z', ...which], { signal }));
  const [tracked, untracked] = await Promise.all([list('--cached'), list('--others', '--exclude-standard')]);
  return { tracked, untracked };
}

export interface GitFacts extends Omit<NonNullable<CodeSnapshot['git']>, 'dirty' | 'diff'> {
  /** Changes of tracked files as a patch; null where they are larger than is kept. */
  readonly diff: Buffer | null;
}

/** @throws GitRefused */
export async function gitFacts(folder: string, signal: AbortSignal | undefined): Promise<GitFacts> {
  const ask = (...words: string[]) => runGit(folder, words, { signal });
  const line = async (...words: string[]) =>
    (await ask(...words).catch(unlessRefused(null)))?.toString('utf8').trim() || null;
  const commit = await line('rev-parse', '--verify', '--quiet', 'HEAD');
  const [branch, remotes, diff] = await Promise.all([
    line('symbolic-ref', '--quiet', '--short', 'HEAD'),
    ask('config', '-z', '--get-regexp', '^remote\\..*\\.url$').catch(unlessRefused(Buffer.alloc(0))),
    commit === null ? Buffer.alloc(0) : changes(folder, signal),
  ]);
  return { commit, branch, remote: chooseRemote(split(remotes)), diff };
}

async function changes(folder: string, signal: AbortSignal | undefined): Promise<Buffer | null> {
  // Said in full, for its user may have set each otherwise: a patch that `git apply` takes at the top of the work tree.
  const form = ['--binary', '--no-color', '--no-relative', '--src-prefix=a/', '--dst-prefix=b/'];
  const words = ['diff', ...form, '--no-ext-diff', '--no-textconv', 'HEAD', '--', '.'];
  try {
    return await runGit(folder, words, { signal, maxBytes: MOST_DIFF_BYTES });
  } catch (error) {
    if (error instanceof GitRefused && error.tooMuch) return null;
    throw error;
  }
}

/** Of entries `remote.NAME.url⏎ADDRESS`, that of `origin`, else the first. */
function chooseRemote(entries: readonly Buffer[]): string | null {
  const remotes = entries.map((entry) => entry.toString('utf8').split('\n') as [string, string?]);
  const [, address] = remotes.find(([key]) => key === 'remote.origin.url') ?? remotes[0] ?? [];
  return address === undefined ? null : withoutCredentials(address);
}

function unlessRefused<T>(otherwise: T) {
  return (error: unknown): T => {
    if (error instanceof GitRefused) return otherwise;
    throw error;
  };
}

function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    const stop = end === -1 ? bytes.length : end;
    parts.push(bytes.subarray(start, stop));
    start = stop + 1;
  }
  return parts;
}
