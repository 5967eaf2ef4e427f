import os from 'node:os';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Failure } from '../../../contract/jobs.contract.ts';
import type { JobEvidence } from '../../../executors/executor.ts';
import type { ExitSentinel } from '../../../kernel/ports/run-journal.ts';
import { cleanLines, lastPythonError, type PythonError } from './python-error.ts';

/** So many last lines are searched for known words where no exception says where to look. */
const SEARCHED_LINES = 60;

/** What is known of a run that has ended. */
export interface EndedRun {
  readonly runName: string;
  /** Where it ran: `process`, `docker` or the name of an added target. */
  readonly target: string;
  readonly exit: ExitSentinel;
  readonly evidence: JobEvidence;
  /** The last of what it wrote; how much is the caller's choice. */
  readonly stderrTail: string;
  readonly stdoutTail: string;
  readonly memoryLimitBytes: number | null;
  readonly timeLimitMs: number | null;
  /** Of the disk that holds the workspace, after the end. */
  readonly diskFreeBytes: number | null;
  /** Whether it was granted any. */
  readonly hadGpus: boolean;
}

/** The same, read. */
export interface Clues extends EndedRun {
  readonly exitCode: number | null;
  /** What ended it, also where a shell tells it as an exit code above 128. */
  readonly signal: string | null;
  readonly stderrLines: readonly string[];
  readonly stdoutLines: readonly string[];
  /** The exception that ended it; null also where a signal did, which no exception explains. */
  readonly error: PythonError | null;
  /** Where known words mean something: the last exception with those that led to it, else the last lines of both logs. */
  readonly text: string;
  /** The last line that says something, of stderr if there is one; null where it was silent. */
  readonly lastLine: string | null;
}

/** A reason. The message is `<run> <what>.` */
export interface Finding {
  readonly code: ErrorCode;
  readonly what: string;
  readonly nextStep: string;
  readonly details?: Failure['data']['details'];
}

/** Looks for one kind of reason; null where it is not that. */
export type Rule = (clues: Clues) => Finding | null;

export function readClues(run: EndedRun): Clues {
  const stderrLines = cleanLines(run.stderrTail);
  const stdoutLines = cleanLines(run.stdoutTail);
  const exitCode = run.exit.exitCode ?? null;
  const signal = run.exit.signal ?? signalOf(exitCode);
  const printed = lastPythonError(stderrLines) ?? lastPythonError(stdoutLines);
  const error = signal === null || signal === 'SIGINT' ? printed : null;
  const ends = [stdoutLines, stderrLines].map((lines) => lines.slice(-SEARCHED_LINES).join('\n'));
  return {
    ...run,
    exitCode,
    signal,
    stderrLines,
    stdoutLines,
    error,
    text: error?.text ?? ends.join('\n'),
    lastLine: lastWords(stderrLines) ?? lastWords(stdoutLines),
  };
}

/** Lines that come after the reason and say nothing of it. */
const CHATTER = /^(\[notice\]|hint:|Try '|make.*\*\*\*)/;

export function lastWords(lines: readonly string[]): string | null {
  return lines.findLast((line) => line.trim() !== '' && !CHATTER.test(line.trim()))?.trim() ?? null;
}

/** Shells and container engines report a signal as 128 and its number. */
function signalOf(exitCode: number | null): string | null {
  if (exitCode === null || exitCode <= 128) return null;
  const named = Object.entries(os.constants.signals).find(([, number]) => number === exitCode - 128);
  return named ? named[0] : null;
}
