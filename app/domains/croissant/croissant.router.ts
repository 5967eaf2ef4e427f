import { implement } from '@orpc/server';
import { croissantContract } from '../../contract/croissant.contract.ts';
import type { Datasets } from '../datasets/index.ts';
import type { Croissant } from './croissant.service.ts';

export function croissantRouter(croissant: Croissant, datasets: Pick<Datasets, 'get' | 'resolve'>) {
  const os = implement(croissantContract);
  return os.router({
    export: os.export.handler(({ input: { project, dataset, version, ...wish } }) => {
      const { description } = datasets.get(project, dataset);
      return croissant.export(datasets.resolve(project, dataset, version), { ...wish, description });
    }),
  });
}
