import { type GpuProcess, parseProcesses, processFields } from './nvidia-rows.ts';
import type { NvidiaTiming } from './nvidia-timing.ts';
import { runTool } from './run-tool.ts';

/**
 * Who holds memory on which GPU. A list has no last line to be known by, so each one is a process of its own, now
 * and then, while somebody asks; never two at once.
 */
export function createNvidiaProcesses(tool: string, timing: NvidiaTiming) {
  let known: readonly GpuProcess[] = [];
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  let first = true;
  const closing = new AbortController();

  async function ask() {
    const { exitCode, stdout } = await runTool(
      tool,
      [`--query-compute-apps=${processFields}`, '--format=csv,noheader,nounits'],
      timing.answerMs,
      closing.signal,
    );
    // Whoever reads the GPUs themselves is told of a failure; here it only means that nobody is known.
    known = exitCode === 0 ? parseProcesses(stdout) : [];
    dueAtMs = performance.now() + timing.processesEveryMs;
  }

  return {
    /** The last list; the first time it is waited for, a moment at most. */
    async read(): Promise<readonly GpuProcess[]> {
      if (!asking && !closing.signal.aborted && performance.now() >= dueAtMs)
        asking = ask().finally(() => {
          asking = null;
        });
      if (first && asking) await Promise.race([asking, pause(timing.processesWaitMs)]);
      first = false;
      return known;
    },
    close: () => closing.abort(),
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
