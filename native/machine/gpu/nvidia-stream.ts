import type { AppError } from '../../../app/kernel/app-error.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';
import { nvidiaFault, nvidiaSilence } from './nvidia-faults.ts';
import { type GpuRow, gpuFields, parseGpuRow } from './nvidia-rows.ts';
import type { NvidiaTiming } from './nvidia-timing.ts';

/** Different lines kept as the reason of a failure. */
const WORDS_KEPT = 3;
const WORDS_LENGTH = 300;
/** Of a tool that prints something else without end. */
const LONGEST_BURST = 256;

/** The `nvidia-smi` that prints all GPUs over and over: started when somebody asks, ended when nobody does. */
export function createNvidiaStream(tool: string, timing: NvidiaTiming) {
  const latest = new Map<string, { readonly gpu: GpuRow; readonly atMs: number }>();
  /** Callers that wait for the first burst of a tool that was just started. */
  const waiting: (() => void)[] = [];
  let child: LineProcess | null = null;
  /** Whether the tool that runs was told to end. */
  let ending = false;
  /** Whether the tool that runs has said anything. */
  let heard = false;
  /** Whether the tool that runs has told all that it can tell. */
  let settled = false;
  let settling: NodeJS.Timeout | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let askedAtMs = 0;
  let heardAtMs = 0;
  /** What it has told of already: when something comes again, it has told all. */
  const burst = new Set<string>();
  /** What it prints beside rows, while it runs; why it ended, once it has. */
  let words: readonly string[] = [];
  let fault: AppError | null = null;
  let failures = 0;
  let startAgainAtMs = Number.NEGATIVE_INFINITY;
  let answered = false;
  /** The tool itself says that the machine has no GPU. */
  let none = false;
  let closed = false;

  const now = () => performance.now();
  const fresh = () =>
    [...latest.values()].filter(({ atMs }) => now() - atMs <= timing.staleMs).map(({ gpu }) => gpu);

  function start() {
    heardAtMs = now();
    words = [];
    burst.clear();
    heard = false;
    fault = null;
    // When it is started again in time, its readers do not notice.
    settled = fresh().length > 0;
    child = startLineProcess(
      tool,
      [`--query-gpu=${gpuFields}`, '--format=csv,noheader,nounits', '-lms', String(timing.everyMs)],
      { line: hear, end: ended },
    );
    watchdog = setInterval(check, Math.min(1000, timing.idleMs, timing.answerMs));
  }

  function hear(line: string) {
    heardAtMs = now();
    heard = true;
    const row = parseGpuRow(line);
    const said = (row && 'words' in row ? row.words : line).slice(0, WORDS_LENGTH);
    if (row && 'name' in row) {
      latest.set(row.id, { gpu: row, atMs: heardAtMs });
      answered = true;
      none = false;
      failures = 0;
    } else {
      if (row?.id) latest.delete(row.id);
      words = [...words.filter((earlier) => earlier !== said), said].slice(-WORDS_KEPT);
    }
    if (settled) return;
    const told = row?.id ?? said;
    if (burst.has(told) || burst.size >= LONGEST_BURST) return settle();
    burst.add(told);
    clearTimeout(settling);
    settling = setTimeout(settle, timing.settleMs);
  }

  function settle() {
    settled = true;
    clearTimeout(settling);
    for (const wake of waiting.splice(0)) wake();
  }

  function ended({ exitCode, system }: { exitCode: number | null; system: string | null }) {
    clearInterval(watchdog);
    child = null;
    // Otherwise it was ended from here, and why is known.
    if (!ending) fail(nvidiaFault(tool, system ?? words.join(' '), exitCode));
    none = !answered && (system === 'ENOENT' || words.some((said) => /no devices were found/i.test(said)));
    if (none) startAgainAtMs = now() + timing.longestRetryMs;
    ending = false;
    settle();
  }

  function end() {
    ending = true;
    clearInterval(watchdog);
    child?.end();
  }

  function fail(reason: AppError) {
    fault = reason;
    startAgainAtMs = now() + Math.min(timing.longestRetryMs, timing.retryMs * 2 ** failures);
    failures += 1;
  }

  /** End a tool that nobody asks, and one that hangs. Another is started only when the process is truly gone. */
  function check() {
    const silentMs = now() - heardAtMs;
    if (now() - askedAtMs > timing.idleMs && settled) return end();
    if (silentMs < timing.answerMs) return;
    fail(nvidiaSilence(tool, silentMs));
    end();
    settle();
  }

  function firstBurst(): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, timing.waitMs);
      waiting.push(() => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  return {
    /**
     * The GPUs that were told of a moment ago; waits only while the tool is starting, and not for long.
     *
     * @throws AppError TARGET_FAILED while there is no such GPU and the tool does not say that there is none
     */
    async read(): Promise<readonly GpuRow[]> {
      askedAtMs = now();
      if (!child && !closed && now() >= startAgainAtMs) start();
      // It was started again in time, and yet takes longer to answer than its last answer lasts.
      if (child && !heard && !ending && fresh().length === 0) settled = false;
      if (child && !settled) await firstBurst();
      const gpus = fresh();
      if (gpus.length > 0 || none || closed) return gpus;
      if (fault) throw fault;
      throw words.length > 0
        ? nvidiaFault(tool, words.join(' '), null)
        : nvidiaSilence(tool, now() - heardAtMs);
    },
    hasAnswered: () => answered,
    close() {
      closed = true;
      if (child) end();
      settle();
    },
  };
}
