import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../../../contract/ids.ts';
import type { ExportedRuns, ExportFormat } from '../../../contract/transfer.contract.ts';
import { fromWireNumber } from '../../../contract/wire.ts';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import type { JobContext } from '../../../kernel/job-machine.ts';
import type { ExportedRun, RunExporter, TransferPoint } from '../../../kernel/ports/run-transfer.ts';
import type { Runs } from '../runs.service.ts';

type Source = Pick<Runs, 'detail' | 'intake'>;

/** @throws AppError ALREADY_EXISTS if something other than an empty folder stands there, PATH_NOT_FOUND if its parent does not */
export async function requireFree(destination: string): Promise<void> {
  const names = await fs.promises.readdir(destination).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return [path.basename(destination)];
    throw fromSystemError(error, destination);
  });
  if (names.length > 0) {
    throw new AppError('ALREADY_EXISTS', `${destination} is there already.`, {
      nextStep: 'Name a folder that is not there yet; exports are never mixed with other files.',
      details: { path: destination },
    });
  }
  await fs.promises.stat(path.dirname(destination)).catch((error: unknown) => {
    throw fromSystemError(error, path.dirname(destination));
  });
}

/**
 * Write runs beside the destination and give the folder its name when it is complete: what stands at the destination is whole, whenever the
 * job ends.
 */
export async function exportRuns(
  source: Source,
  exporter: RunExporter,
  ids: readonly RunId[],
  destination: string,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<ExportedRuns> {
  const folder = `${destination}.${randomBytes(4).toString('hex')}.tmp`;
  let points = 0;
  // An exporter may read the points more than once.
  const damaged = new Set<string>();
  try {
    await fs.promises.mkdir(folder);
    const notes = [...(await exporter.write(exported(), folder, destination, signal)), ...damaged];
    signal.throwIfAborted();
    const sizeBytes = await sizeOf(folder);
    await requireFree(destination);
    await fs.promises.rmdir(destination).catch(() => undefined);
    await fs.promises.rename(folder, destination);
    return {
      format: exporter.format as ExportFormat,
      path: destination,
      runs: ids.length,
      points,
      sizeBytes,
      notes: notes.slice(0, 1000),
    };
  } catch (error) {
    throw fromSystemError(error, destination);
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }

  async function* exported(): AsyncGenerator<ExportedRun> {
    for (const [index, id] of ids.entries()) {
      signal.throwIfAborted();
      const run = source.detail(id);
      progress({ fraction: index / ids.length, message: `${run.name} (${index + 1} of ${ids.length})` });
      const keys = [...Object.keys(run.metricSummaries), ...Object.keys(run.systemMetrics)];
      const { objects } = source.intake;
      yield {
        id,
        name: run.name,
        experiment: run.experimentName,
        status: run.status,
        params: run.params,
        tags: run.tags,
        summary: run.summary,
        metrics: Object.fromEntries(
          Object.entries({ ...run.metricSummaries, ...run.systemMetrics }).map(([key, { last }]) => [
            key,
            fromWireNumber(last),
          ]),
        ),
        artifacts: run.artifacts.map((each) => ({ ...each, filePath: objects.path(each.digest) })),
        createdAt: run.createdAt,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        points: () => pointsOf(id, keys),
      };
    }
  }

  async function* pointsOf(id: RunId, keys: readonly string[]): AsyncGenerator<TransferPoint[]> {
    for (const key of keys) {
      const columns = source.intake.metrics.columns(id, key, (damage) => {
        damaged.add(
          `${damage.points} points of ${key} of the run ${id} from step ${damage.fromStep} to ${damage.toStep} are damaged and left out.`,
        );
      });
      for (const { steps, timesMs, values } of columns) {
        signal.throwIfAborted();
        points += steps.length;
        yield Array.from(steps, (step, index) => ({
          key,
          step,
          timeMs: timesMs[index]!,
          value: values[index]!,
        }));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await fs.promises.readdir(folder, { recursive: true, withFileTypes: true });
  let sizeBytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) sizeBytes += (await fs.promises.stat(path.join(entry.parentPath, entry.name))).size;
  }
  return sizeBytes;
}
