import type { Failure } from '../../contract/jobs.contract.ts';
import { type Clues, type EndedRun, type Finding, type Rule, readClues } from './diagnosis/clues.ts';
import { environmentFailed } from './diagnosis/environment-rules.ts';
import { deviceAssert, gpuLost, gpuMissing, gpuOutOfMemory } from './diagnosis/gpu-rules.ts';
import { diskFull, endedFromOutside, timeLimit } from './diagnosis/limit-rules.ts';
import { endedForMemory, killed, memoryRefused, outOfSharedMemory } from './diagnosis/memory-rules.ts';
import {
  commandNotExecutable,
  commandNotFound,
  endedBadly,
  missingLibrary,
  missingModule,
  otherSignal,
  pythonError,
  scriptNotFound,
  wrongArguments,
} from './diagnosis/program-rules.ts';

/** First match wins: what somebody saw, then what the machine lacked, then what the program says of itself, then how it ended. */
const rules: readonly Rule[] = [
  timeLimit,
  endedForMemory,
  outOfSharedMemory,
  diskFull,
  environmentFailed,
  gpuOutOfMemory,
  memoryRefused,
  deviceAssert,
  gpuLost,
  gpuMissing,
  endedFromOutside,
  missingLibrary,
  missingModule,
  pythonError,
  wrongArguments,
  scriptNotFound,
  commandNotFound,
  commandNotExecutable,
  killed,
  otherSignal,
];

/**
 * Why a run failed, in one sentence with the evidence and a cure, from what is left of it: how it ended, what its target saw, and
 * the ends of its logs. What the program itself says in `exit.json` stands as it is.
 *
 * @returns null for a run that did not fail
 */
export function diagnose(run: EndedRun): Failure | null {
  const { exit } = run;
  if (exit.state !== 'failed') return null;
  if (exit.failure) {
    const { code, message, nextStep, details } = exit.failure;
    return { code, message, data: { nextStep, details } };
  }
  const clues = readClues(run);
  const { code, what, nextStep, details } = reasonOf(clues);
  const { exitCode, signal } = clues;
  return {
    code,
    message: `${run.runName} ${what}.`,
    data: { nextStep, details: { target: run.target, exitCode, signal, ...details } },
  };
}

function reasonOf(clues: Clues): Finding {
  for (const rule of rules) {
    const finding = rule(clues);
    if (finding) return finding;
  }
  return endedBadly(clues);
}
