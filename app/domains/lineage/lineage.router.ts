import { implement } from '@orpc/server';
import { lineageContract } from '../../contract/lineage.contract.ts';
import type { Lineage } from './lineage.service.ts';

export function lineageRouter(lineage: Lineage) {
  const os = implement(lineageContract);
  return os.router({
    graph: os.graph.handler(({ input }) => lineage.graph(input)),
    dependents: os.dependents.handler(({ input }) =>
      lineage.dependents(input.project, input.dataset, input.version),
    ),
  });
}
