import type { Core } from '../../../kernel/core.ts';
import type { JobContext } from '../../../kernel/job-machine.ts';
import type { CheckOptions } from '../../../kernel/ports/data-checks.ts';
import { WorkMeter } from '../../../storage/work-meter.ts';

/** What the engine that looks at tables needs of a job: its end, and where to tell how far it is and how long it takes yet. */
export function toldProgress(
  { clock }: Pick<Core, 'clock'>,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): CheckOptions {
  const meter = new WorkMeter(clock, progress);
  return { signal, onProgress: (fraction, message) => meter.tell(fraction, message) };
}
