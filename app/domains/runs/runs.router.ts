import { implement } from '@orpc/server';
import { runsContract } from '../../contract/runs.contract.ts';
import type { Runs } from './runs.service.ts';

export function runsRouter(runs: Runs) {
  const os = implement(runsContract);
  // To check tens of thousands of values again costs as much as to read them; a test holds these answers against the contract.
  const trusted = implement(runsContract, { initialOutputValidationIndex: Number.NaN });
  return os.router({
    list: trusted.list.handler(({ input }) => runs.list(input)),
    ids: trusted.ids.handler(({ input }) => runs.ids(input)),
    groups: trusted.groups.handler(({ input }) => runs.groups(input)),
    move: os.move.handler(({ input }) => runs.move(input.runs, input.experiment, input.create)),
    updateMany: os.updateMany.handler(({ input }) => runs.updateMany(input.runs, input)),
    filterHelp: os.filterHelp.handler(({ input }) => runs.filterHelp(input.project, input.field)),
    searchLogs: os.searchLogs.handler(({ input, signal }) => runs.searchLogs(input, signal)),
    experiments: os.experiments.handler(({ input }) => runs.experiments(input.project)),
    get: os.get.handler(({ input }) => runs.get(input.project, input.run)),
    compare: trusted.compare.handler(({ input }) => runs.compare(input.runs)),
    series: os.series.handler(({ input }) =>
      runs.series(input.runs, input.keys, input.maxPoints, input.range),
    ),
    points: os.points.handler(({ input }) => runs.points(input.id, input.key, input.limit, input.offset)),
    watchMetrics: os.watchMetrics.handler(({ input, signal }) => runs.watchMetrics(input.runs, signal)),
    logs: os.logs.handler(({ input }) => runs.logs(input.id, input.stream, input.offset, input.limit)),
    artifactBytes: os.artifactBytes.handler(
      async ({ input }) => new Blob([await bytes(runs, input)], { type: 'application/octet-stream' }),
    ),
    update: os.update.handler(({ input }) => runs.update(input.id, input)),
    queue: os.queue.handler(() => runs.queue()),
    pauseQueue: os.pauseQueue.handler(({ input }) => runs.pauseQueue(input.paused)),
    reschedule: os.reschedule.handler(({ input }) => runs.reschedule(input.id, input.change)),
    reproduction: os.reproduction.handler(({ input }) => runs.reproduction(input.id)),
    code: os.code.handler(({ input }) => runs.code(input.id, input.path)),
    import: os.import.handler(({ input }) => runs.import(input.project, input.path)),
    cancel: os.cancel.handler(({ input }) => runs.cancel(input.id)),
    delete: os.delete.handler(({ input }) => runs.delete(input.runs)),
    restore: os.restore.handler(({ input }) => runs.restore(input.runs)),
  });
}

async function bytes(
  runs: Runs,
  input: { id: Parameters<Runs['artifactBytes']>[0]; offset: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await runs.artifactBytes(input.id, input.offset, input.length));
}
