import { AppError } from '../../../app/kernel/app-error.ts';
import type { GpuReading } from '../../../app/kernel/ports/telemetry.ts';
import type { GpuSource } from './gpu-source.ts';
import { parseRocm, rocmArguments } from './rocm-json.ts';
import { runTool } from './run-tool.ts';

/** The tool is a Python program, which takes most of a second to start: it is not asked more often than this. */
const EVERY_MS = 5000;
const ANSWER_MS = 15_000;

/**
 * AMD's GPUs as `rocm-smi` tells of them. Written from the tool's documentation; it has never met a real AMD GPU.
 *
 * @param tool where it lies; null where the machine lacks it. Asked again with each reading until it is there.
 */
export function createRocmSource(tool: () => string | null, everyMs = EVERY_MS): GpuSource {
  let latest: readonly GpuReading[] | null = null;
  let fault: AppError | null = null;
  let answered = false;
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  const closing = new AbortController();

  async function ask(path: string): Promise<void> {
    const { stdout, stderr, system } = await runTool(path, rocmArguments, ANSWER_MS, closing.signal);
    dueAtMs = performance.now() + everyMs;
    latest = system === 'ENOENT' ? [] : parseRocm(stdout);
    answered ||= latest !== null && latest.length > 0;
    fault = latest === null ? rocmFault(path, lastWords(stdout, stderr)) : null;
  }

  return {
    async read() {
      const path = tool();
      if (path === null || closing.signal.aborted) return [];
      if (!asking && performance.now() >= dueAtMs)
        asking = ask(path).finally(() => {
          asking = null;
        });
      // Later the last answer serves while the next one is made.
      if (asking && latest === null && fault === null) await asking;
      if (fault) throw fault;
      return latest ?? [];
    },
    hasAnswered: () => answered,
    close: () => closing.abort(),
  };
}

function rocmFault(tool: string, words: string): AppError {
  return new AppError('TARGET_FAILED', `rocm-smi cannot read the GPUs: ${words || 'it gave no answer'}`, {
    nextStep: /driver not initialized|not found in modules/i.test(words)
      ? 'Load the driver with `sudo modprobe amdgpu`, or install it; `rocm-smi` in a terminal shows when it works.'
      : 'Run `rocm-smi` in a terminal; when it works there, Lathe sees the GPUs again by itself.',
    details: { tool },
  });
}

/** Its last line of words: before it stand the frames of a Python traceback. */
const lastWords = (stdout: string, stderr: string): string =>
  `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line))
    .at(-1)
    ?.slice(0, 300) ?? '';
