import { implement } from '@orpc/server';
import { dataChecksContract } from '../../../contract/data-checks.contract.ts';
import type { VersionName } from '../../../contract/version-name.ts';
import type { Core } from '../../../kernel/core.ts';
import type { Datasets } from '../datasets.service.ts';
import { createSplitJobs } from '../splits/split-jobs.ts';
import type { Splits } from '../splits/splits.service.ts';
import { createCheckJobs } from './check-jobs.ts';
import type { Expectations } from './expectations.service.ts';

export function dataChecksRouter(parts: {
  readonly core: Pick<Core, 'jobs' | 'clock'>;
  readonly datasets: Pick<Datasets, 'resolve'>;
  readonly expectations: Expectations;
  readonly splits: Splits;
}) {
  const { core, datasets, expectations, splits } = parts;
  const checkJobs = createCheckJobs(core, expectations);
  const splitJobs = createSplitJobs(core, splits);
  const os = implement(dataChecksContract);
  const versionOf = (input: {
    readonly project?: string | undefined;
    readonly dataset: string;
    readonly version?: VersionName | undefined;
  }) => datasets.resolve(input.project, input.dataset, input.version);
  return os.router({
    expectations: os.expectations.handler(({ input }) => expectations.list(input.project, input.dataset)),
    addExpectation: os.addExpectation.handler(({ input: { severity, check, project, dataset } }) =>
      expectations.add(project, dataset, { severity, check }),
    ),
    removeExpectation: os.removeExpectation.handler(({ input }) =>
      expectations.remove(input.project, input.dataset, input.id),
    ),
    exportExpectations: os.exportExpectations.handler(({ input }) => ({
      yaml: expectations.yaml(input.project, input.dataset),
    })),
    importExpectations: os.importExpectations.handler(({ input }) =>
      expectations.takeYaml(input.project, input.dataset, input.yaml, input.replace),
    ),
    suggestExpectations: os.suggestExpectations.handler(({ input }) =>
      expectations.suggest(versionOf(input)),
    ),
    check: os.check.handler(({ input }) => checkJobs.check(versionOf(input), input.drafts)),
    results: os.results.handler(({ input }) => expectations.results(versionOf(input))),
    rejections: os.rejections.handler(({ input }) => expectations.rejections(input.project, input.dataset)),
    splits: os.splits.handler(({ input }) => splits.list(versionOf(input))),
    split: os.split.handler(({ input }) => splits.get(versionOf(input), input.name)),
    makeSplit: os.makeSplit.handler(({ input }) => splitJobs.make(versionOf(input), input.name, input.spec)),
    removeSplit: os.removeSplit.handler(({ input }) => splits.remove(versionOf(input), input.name)),
    splitRows: os.splitRows.handler(({ input }) =>
      splits.rows(versionOf(input), input.name, input.part, input),
    ),
    leakage: os.leakage.handler(({ input }) => splitJobs.leakage(versionOf(input), input.name, input)),
  });
}
