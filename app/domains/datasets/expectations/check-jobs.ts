import type { ExpectationDraft } from '../../../contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { Job } from '../../../contract/jobs.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import type { Expectations } from './expectations.service.ts';
import { toldProgress } from './told-progress.ts';

/** Checks that somebody asked for, as jobs. Those of an import run inside the import's own. */
export function createCheckJobs(
  core: Pick<Core, 'jobs' | 'clock'>,
  expectations: Pick<Expectations, 'check'>,
) {
  return {
    /** The job's result is a `CheckReport`; a job that is cancelled leaves the reports as they were. */
    check: (version: DatasetVersion, drafts: readonly ExpectationDraft[] | undefined): Job =>
      core.jobs.start(
        {
          kind: 'dataset.check',
          title: `${drafts ? 'Try checks on' : 'Check'} ${version.datasetName} v${version.version}`,
        },
        (context) => expectations.check(version, drafts, toldProgress(core, context)),
      ),
  };
}
