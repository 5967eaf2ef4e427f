import type { Clues, Finding, Rule } from './clues.ts';
import { bytesInWords } from './words.ts';

const HOST_MEMORY =
  /\bMemoryError\b|std::bad_alloc|Unable to allocate [\d.]+ [KMGT]iB for an array|DefaultCPUAllocator: (?:can't allocate|not enough) memory|Cannot allocate memory|heap out of memory|java\.lang\.OutOfMemoryError|DataLoader worker \(pid\(?s?\)?\s*[\d, ]+\)? (?:is killed by signal: Killed|exited unexpectedly)/;

const SHARED_MEMORY =
  /out of shared memory|killed by signal: Bus error|unable to (?:allocate shared memory\(shm\)|write to file <\/torch_)|No space left on device.*\/dev\/shm|\/dev\/shm\/\S*.*No space left on device/i;

const KILLED = /\boom-kill|Out of memory: Killed process|\bKilled\s*$/im;

/** The kernel or the engine said so. */
export const endedForMemory: Rule = (clues) =>
  clues.evidence.outOfMemory ? outOfMemory(clues, 'was ended because its memory was used up') : null;

export const outOfSharedMemory: Rule = ({ text }) =>
  SHARED_MEMORY.test(text)
    ? {
        code: 'OUT_OF_MEMORY',
        what: 'ran out of shared memory (/dev/shm), through which data loaders hand over their batches',
        nextStep: 'Raise "shm" under "resources" in the recipe, or use fewer data loader workers.',
      }
    : null;

/** Its own words: a library asked for memory and did not get any. */
export const memoryRefused: Rule = (clues) => {
  const [found] = HOST_MEMORY.exec(clues.text) ?? [];
  return found === undefined ? null : outOfMemory(clues, 'ran out of memory', { words: found });
};

/**
 * Nobody asked for it, so nearly always the kernel did it for want of memory; but only a limit, a word in the log or the shape of a
 * child that was killed makes that more than a guess.
 */
export const killed: Rule = (clues) => {
  if (clues.signal !== 'SIGKILL') return null;
  const asChild = clues.exit.signal == null;
  if (asChild || clues.memoryLimitBytes !== null || KILLED.test(clues.text)) {
    return outOfMemory(
      clues,
      'was killed (SIGKILL) without being asked to stop, most likely because memory ran out',
    );
  }
  return {
    code: 'PROGRAM_FAILED',
    what: 'was killed from outside (SIGKILL), and nothing shows by whom',
    nextStep:
      'The kernel kills programs when memory runs out; `dmesg` tells whether it did. Otherwise somebody or some tool ended it: run it again.',
  };
};

function outOfMemory(
  { memoryLimitBytes }: Clues,
  what: string,
  details: NonNullable<Finding['details']> = {},
): Finding {
  const limit = memoryLimitBytes === null ? '' : `; its limit is ${bytesInWords(memoryLimitBytes)}`;
  return {
    code: 'OUT_OF_MEMORY',
    what: what + limit,
    nextStep:
      memoryLimitBytes === null
        ? 'Use smaller batches or fewer data loader workers, or run less at the same time on this machine.'
        : 'Raise "memory" under "resources" in the recipe, or use smaller batches or fewer data loader workers.',
    details: { ...details, memoryLimitBytes },
  };
}
