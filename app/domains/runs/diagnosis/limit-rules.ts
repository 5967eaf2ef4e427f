import type { Rule } from './clues.ts';
import { bytesInWords, spanInWords } from './words.ts';

const NO_SPACE =
  /No space left on device|\bENOSPC\b|\[Errno 28\]|os error 28|Disk quota exceeded|\bEDQUOT\b|\[Errno 122\]|database or disk is full/;
/** What libraries say that only notice that fewer bytes were written. */
const WRITE_FAILED =
  /PytorchStreamWriter failed|inline_container\.cc|unexpected pos \d+ vs|file write failed|Can't (?:write|close) (?:data|file)/i;
const NEARLY_FULL_BYTES = 256 << 20;
const FULL_BYTES = 1 << 20;
const PLENTY_BYTES = 1 << 30;

export const timeLimit: Rule = ({ exit, timeLimitMs }) =>
  exit.cause === 'time-limit'
    ? {
        code: 'TIME_LIMIT',
        what: `reached its time limit${timeLimitMs === null ? '' : ` of ${spanInWords(timeLimitMs)}`}`,
        nextStep: 'Raise "time" under "resources" in the recipe, or resume it from its last checkpoint.',
        details: { timeLimitMs },
      }
    : null;

export const diskFull: Rule = ({ text, diskFreeBytes }) => {
  const free = diskFreeBytes ?? PLENTY_BYTES;
  const said = NO_SPACE.test(text);
  if (!said && free >= FULL_BYTES && !(WRITE_FAILED.test(text) && free < NEARLY_FULL_BYTES)) return null;
  const elsewhere = said && diskFreeBytes !== null && diskFreeBytes >= PLENTY_BYTES;
  const now =
    diskFreeBytes === null ? '' : `; the workspace’s disk has ${bytesInWords(diskFreeBytes)} free now`;
  return {
    code: 'DISK_FULL',
    what: `could not write because the disk is full${now}`,
    nextStep: elsewhere
      ? 'Look at the other disks that it writes to, such as /tmp, and at quotas and inodes (`df -h`, `df -i`).'
      : 'Free some space and start it again; what it saved before is kept.',
    details: { diskFreeBytes },
  };
};

/** The container was removed, the machine was shut down … */
export const endedFromOutside: Rule = ({ evidence, exitCode, signal }) =>
  evidence.endedBy !== null && (signal !== null || exitCode === null)
    ? {
        code: 'PROGRAM_FAILED',
        what: `was ended from outside: ${evidence.endedBy}`,
        nextStep: 'Run it again, or resume it from its last checkpoint.',
      }
    : null;
