import { type ExecFileException, execFile } from 'node:child_process';

/** What a repository or the caller's surroundings could make Git run or reach is switched off. */
const SAFE = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'protocol.allow=never'].flatMap(
  (option) => ['-c', option],
);

/** Where Lathe itself was started by a hook of Git, these would point it at another repository. */
const MISLEADING = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_EXTERNAL_DIFF',
];

const TIME_LIMIT_MS = 120_000;

/** Git could not do what it was asked; `message` has its own words. */
export class GitRefused extends Error {
  /** It had more to say than was allowed. */
  readonly tooMuch: boolean;

  constructor(message: string, tooMuch: boolean) {
    super(message);
    this.name = 'GitRefused';
    this.tooMuch = tooMuch;
  }
}

export interface GitOptions {
  readonly signal?: AbortSignal | undefined;
  /** More output than this is GitRefused with `tooMuch`. */
  readonly maxBytes?: number;
}

/**
 * Ask Git something in a folder, reading only: no hooks, no pager, no network, no lock that would disturb its user.
 *
 * @throws GitRefused also if Git is not installed
 */
export function runGit(
  folder: string,
  words: readonly string[],
  { signal, maxBytes = 64 << 20 }: GitOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['--no-pager', ...SAFE, ...words],
      {
        cwd: folder,
        env: quietEnvironment(),
        encoding: 'buffer',
        maxBuffer: maxBytes,
        timeout: TIME_LIMIT_MS,
        windowsHide: true,
        signal,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (error.name === 'AbortError') reject(error);
        else reject(refusal(error, stderr.toString('utf8')));
      },
    );
  });
}

function refusal(error: ExecFileException, stderr: string): GitRefused {
  if (error.code === 'ENOENT') return new GitRefused('Git is not installed', false);
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return new GitRefused('Git said too much', true);
  if (error.killed) return new GitRefused(`Git took longer than ${TIME_LIMIT_MS / 1000} s`, false);
  const [line = ''] = stderr.split('\n');
  return new GitRefused(line.replace(/^fatal: /, '') || error.message, false);
}

function quietEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of MISLEADING) delete environment[name];
  return {
    ...environment,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  };
}
