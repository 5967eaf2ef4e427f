import { implement } from '@orpc/server';
import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import { datasetsContract } from '../../contract/datasets.contract.ts';
import type { VersionName } from '../../contract/version-name.ts';
import type { Datasets } from './datasets.service.ts';

interface Named {
  readonly project?: string | undefined;
  readonly dataset: string;
  readonly version?: VersionName | undefined;
}

export function datasetsRouter(datasets: Datasets) {
  const os = implement(datasetsContract);
  const named = ({ project, dataset, version }: Named): DatasetVersion =>
    datasets.resolve(project, dataset, version);
  return os.router({
    list: os.list.handler(({ input }) => datasets.list(input.project)),
    get: os.get.handler(({ input }) => datasets.get(input.project, input.dataset)),
    versions: os.versions.handler(({ input }) => datasets.versions(input.project, input.dataset)),
    version: os.version.handler(({ input }) => named(input)),
    files: os.files.handler(({ input }) => datasets.files(named(input), input)),
    folder: os.folder.handler(({ input }) => datasets.folder(named(input), input)),
    fileBytes: os.fileBytes.handler(async ({ input }) => {
      const file = await datasets.openFile(named(input), input.path);
      return new Blob([Buffer.from(await file.read(input.offset, input.length))]);
    }),
    import: os.import.handler(({ input }) => datasets.import(input)),
    describe: os.describe.handler(({ input }) =>
      datasets.describe(input.project, input.dataset, input.description),
    ),
    tag: os.tag.handler(({ input }) => datasets.tag(input.project, input.dataset, input.version, input.tags)),
    untag: os.untag.handler(({ input }) =>
      datasets.untag(input.project, input.dataset, input.version, input.keys),
    ),
    setAlias: os.setAlias.handler(({ input }) =>
      datasets.setAlias(input.project, input.dataset, input.alias, input.version),
    ),
    removeAlias: os.removeAlias.handler(({ input }) =>
      datasets.removeAlias(input.project, input.dataset, input.alias),
    ),
    diff: os.diff.handler(({ input }) => {
      const after = named(input);
      const before =
        input.before === undefined && input.beforeDataset === undefined
          ? datasets.versionBefore(after)
          : datasets.resolve(input.project, input.beforeDataset ?? input.dataset, input.before);
      return datasets.diff(before, after, input);
    }),
    checkout: os.checkout.handler(({ input }) => datasets.checkoutTo(named(input), input)),
    verify: os.verify.handler(({ input: { project, dataset, version } }) => {
      if (dataset === undefined) {
        const all = datasets.list(project).flatMap(({ id }) => datasets.versions(project, id));
        return datasets.verify(all, 'Verify all data');
      }
      const versions =
        version === undefined
          ? datasets.versions(project, dataset)
          : [datasets.resolve(project, dataset, version)];
      return datasets.verify(versions, `Verify ${dataset}`);
    }),
    preview: os.preview.handler(({ input }) => datasets.preview(named(input), input.offset, input.limit)),
    profile: os.profile.handler(({ input }) => datasets.profile(named(input))),
    delete: os.delete.handler(({ input }) => datasets.delete(input.project, input.dataset)),
    restore: os.restore.handler(({ input }) => datasets.restore(input.id)),
    deleteVersion: os.deleteVersion.handler(({ input }) =>
      datasets.deleteVersion(input.project, input.dataset, input.version),
    ),
    restoreVersion: os.restoreVersion.handler(({ input }) => datasets.restoreVersion(input.id)),
  });
}
