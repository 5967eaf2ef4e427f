import { setTimeout as delay } from 'node:timers/promises';
import type { RunId } from '../../../contract/ids.ts';
import type { ImportFormat, TransferredRuns } from '../../../contract/transfer.contract.ts';
import { AppError, isAbort } from '../../../kernel/app-error.ts';
import type { JobContext } from '../../../kernel/job-machine.ts';
import type { ImportedRun, RunImporter } from '../../../kernel/ports/run-transfer.ts';
import { type TakeModelsParts, takeModels } from './take-models.ts';
import { type TakeRequest, takeRun } from './take-run.ts';
import { createTally } from './tally.ts';

const FOLLOW_EVERY_MS = 1000;
/** The tag by which a run says whose child it is. */
const PARENT_TAG = 'mlflow.parentRunId';

/** Faults of one run's files; the other runs are taken all the same. */
const faultsOfOne: ReadonlySet<string> = new Set([
  'DATA_MALFORMED',
  'PATH_NOT_FOUND',
  'PATH_UNREADABLE',
  'TOO_LARGE',
  'UNSUPPORTED',
  'CONFLICT',
]);

/**
 * Take the runs of a source, once or, where it is followed, again and again until the job is cancelled: what is known is not taken twice, so
 * following is importing.
 */
export async function importRuns(
  parts: TakeModelsParts,
  importer: RunImporter,
  request: TakeRequest,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<TransferredRuns> {
  const tally = createTally(importer.format as ImportFormat);
  try {
    progress({ message: 'Looking for runs' });
    await pass();
    while (request.following) {
      await delay(FOLLOW_EVERY_MS, undefined, { signal });
      await pass();
    }
  } catch (error) {
    // Being told to stop is how following ends.
    if (!(request.following && isAbort(error))) throw error;
  } finally {
    if (request.following) settle(parts, tally.ofEnds());
  }
  return tally.result();

  async function pass(): Promise<void> {
    const runs = await importer.scan(request.path, signal);
    if (runs.length === 0 && !request.following) throw nothingThere(request.path);
    for (const [index, run] of runs.entries()) await take(run, index, runs.length);
    // A parent may come after its children.
    parts.sources.linkParents(importer.format, [...tally.ofEnds().keys()], PARENT_TAG);
    await takeRegistered();
    if (request.following) {
      progress({
        fraction: null,
        message: `Following ${runs.length} runs, ${tally.result().points} new points`,
      });
    }
  }

  async function takeRegistered(): Promise<void> {
    try {
      const models = (await importer.models?.(request.path, signal)) ?? [];
      const { versions, notes } = takeModels(parts, importer.format, models, request.projectId);
      tally.addModels(versions, notes);
    } catch (error) {
      if (!(error instanceof AppError) || !faultsOfOne.has(error.code)) throw error;
      tally.addModels(0, [`The registered models were not taken: ${error.message}`]);
    }
  }

  async function take(run: ImportedRun, index: number, total: number): Promise<void> {
    const startedAt = performance.now();
    let points = 0;
    try {
      const taken = await takeRun(parts, run, request, signal, (sofar, added, fraction) => {
        tally.add(sofar);
        points += added;
        const seconds = (performance.now() - startedAt) / 1000;
        progress({
          fraction: request.following ? null : (index + fraction) / total,
          message: `${run.name} (${index + 1} of ${total})`,
          rate: seconds > 0.2 ? `${Math.round(points / seconds)} points/s` : null,
        });
      });
      if ('skipped' in taken) tally.skip(run.name, taken.skipped);
      else tally.add(taken);
    } catch (error) {
      if (!(error instanceof AppError) || !faultsOfOne.has(error.code)) throw error;
      tally.skip(run.name, error.message);
    }
  }
}

function nothingThere(source: string): AppError {
  return new AppError('PATH_NOT_FOUND', `There are no runs in ${source}.`, {
    nextStep: 'A log that was only just begun has none yet; try again later, or follow it with --follow.',
    details: { path: source },
  });
}

/** Runs that nobody follows any more: of one whose source would tell its end, nobody saw it. */
function settle({ core, intake }: TakeModelsParts, tellsEnd: ReadonlyMap<RunId, boolean>): void {
  core.database.transaction(() => {
    for (const { status, id } of intake.repository.byIds([...tellsEnd.keys()])) {
      if (status !== 'running') continue;
      intake.repository.change(id, {
        status: tellsEnd.get(id) ? 'lost' : 'finished',
        endedAt: core.clock.now(),
      });
    }
  });
}
