import { implement } from '@orpc/server';
import { servingContract } from '../../contract/serving.contract.ts';
import type { Serving } from './serving.service.ts';

export function servingRouter(serving: Serving) {
  const os = implement(servingContract);
  return os.router({
    list: os.list.handler(({ input }) => serving.list(input.project)),
    get: os.get.handler(({ input }) => serving.get(input.project, input.endpoint)),
    start: os.start.handler(({ input }) => serving.start(input)),
    stop: os.stop.handler(({ input }) => serving.stop(input.project, input.endpoint)),
    remove: os.remove.handler(({ input }) => serving.remove(input.project, input.endpoint)),
    predict: os.predict.handler(({ input }) => serving.predict(input)),
    stats: os.stats.handler(({ input }) => serving.stats(input.id)),
    watchStats: os.watchStats.handler(({ input, signal }) => serving.watchStats(input.id, signal)),
  });
}
