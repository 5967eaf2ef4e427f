import type { DataSplitSpec } from '../../../contract/data-splits.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { Job } from '../../../contract/jobs.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import { toldProgress } from '../expectations/told-progress.ts';
import type { DeclaredColumns, Splits } from './splits.service.ts';

/** What takes as long as the table is large, as jobs. What can be said at once is refused before one starts. */
export function createSplitJobs(
  core: Pick<Core, 'jobs' | 'clock'>,
  splits: Pick<Splits, 'make' | 'made' | 'get' | 'leakage'>,
) {
  const titled = ({ datasetName, version }: DatasetVersion, what: string) =>
    `${what} ${datasetName} v${version}`;
  return {
    /** The job's result is a `DatasetSplit`. @throws AppError ALREADY_EXISTS for another split of that name */
    make(version: DatasetVersion, name: string, spec: DataSplitSpec): Job {
      splits.made(version, name, spec);
      return core.jobs.start(
        { kind: 'dataset.split', title: `${titled(version, 'Split')}: ${name}` },
        (context) => splits.make(version, name, spec, toldProgress(core, context)),
      );
    },
    /** The job's result is a `LeakageReport`. @throws AppError NOT_FOUND */
    leakage(version: DatasetVersion, name: string, declared: DeclaredColumns): Job {
      splits.get(version, name);
      return core.jobs.start(
        { kind: 'dataset.leakage', title: `${titled(version, 'Look for leakage in')}: ${name}` },
        (context) => splits.leakage(version, name, declared, toldProgress(core, context)),
      );
    },
  };
}
