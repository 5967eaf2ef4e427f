import { type ChildProcess, execFile } from 'node:child_process';

/** What a tool printed, and how it ended. */
export interface ToolAnswer {
  readonly stdout: string;
  readonly stderr: string;
  /** Null where a signal or the time limit ended it, or it could not be started. */
  readonly exitCode: number | null;
  /** Why it could not be started, for example ENOENT. */
  readonly system: string | null;
}

/** The plain C locale, so that numbers have a point whatever the user's language is. */
export const toolEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C' });

/**
 * Run a tool to its end; never rejects. A tool that hangs in its driver cannot be ended, not even by force, so the
 * promise is settled only when the process is truly gone, or on `signal`: who waits for it never piles up a second one.
 */
export function runTool(
  tool: string,
  args: readonly string[],
  limitMs: number,
  signal?: AbortSignal,
): Promise<ToolAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      tool,
      args,
      {
        env: toolEnvironment(),
        timeout: limitMs,
        killSignal: 'SIGKILL',
        maxBuffer: 4 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        signal?.removeEventListener('abort', stop);
        const code = error?.code;
        resolve({
          stdout,
          stderr,
          exitCode: error === null ? 0 : typeof code === 'number' ? code : null,
          system: typeof code === 'string' ? code : null,
        });
      },
    );
    function stop() {
      endByForce(child);
      resolve({ stdout: '', stderr: '', exitCode: null, system: null });
    }
    signal?.addEventListener('abort', stop);
  });
}

/**
 * End a process and forget it, also when it hangs and outlives the signal. Killing one that could not be started would, until
 * that is reported, go to process 0: to this process and all of its group. Node's own `signal` option does that.
 */
export function endByForce(child: ChildProcess): void {
  if (child.pid !== undefined) child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
