import type { Behaviour } from '../conformance/executor.conformance.ts';
import type { ProgramRun } from './program-run.ts';

const metrics =
  'printf \'{"type":"header","version":1,"writer":"program"}\\n{"type":"metrics","step":1,"at":1,"values":{"loss":0.5}}\\n\'';

/** The behaviours of the executors' conformance suite as programs of the plain shell, for anything that runs programs. */
export const programBehaviours: Record<Behaviour, ProgramRun> = {
  finishes: shell(
    `${metrics} > "$LATHE_RUN_DIR/journal/program.jsonl"; echo done; echo kept > "$LATHE_OUTPUTS/kept.txt"`,
  ),
  fails: shell('echo "that was wrong" >&2; exit 3'),
  'goes on': shell('echo begun; while :; do sleep 1; done'),
  'is deaf': shell('trap "" TERM INT HUP; echo begun; while :; do sleep 1; done'),
};

function shell(script: string): ProgramRun {
  return { command: ['sh', '-c', script] };
}
