import { implement } from '@orpc/server';
import { datasetsContract } from '../../contract/datasets.contract.ts';
import type { Datasets } from './datasets.service.ts';

export function datasetsRouter(datasets: Datasets) {
  const os = implement(datasetsContract);
  return os.router({
    list: os.list.handler(({ input }) => datasets.list(input.project)),
    get: os.get.handler(({ input }) => datasets.get(input.project, input.dataset)),
    versions: os.versions.handler(({ input }) => datasets.versions(input.project, input.dataset)),
    version: os.version.handler(async ({ input }) => {
      const version = datasets.resolve(input.project, input.dataset, input.version);
      return { ...version, manifest: await datasets.manifest(version) };
    }),
    import: os.import.handler(({ input }) => datasets.import(input)),
    preview: os.preview.handler(({ input }) =>
      datasets.preview(
        datasets.resolve(input.project, input.dataset, input.version),
        input.offset,
        input.limit,
      ),
    ),
    profile: os.profile.handler(({ input }) =>
      datasets.profile(datasets.resolve(input.project, input.dataset, input.version)),
    ),
    delete: os.delete.handler(({ input }) => datasets.delete(input.project, input.dataset)),
    restore: os.restore.handler(({ input }) => datasets.restore(input.id)),
  });
}
