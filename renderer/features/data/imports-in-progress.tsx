import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../client/orpc.ts';
import { JobProgress } from './job-progress.tsx';

/** Imports that go on, wherever they were begun. */
export function ImportsInProgress() {
  const jobs = useQuery(orpc.jobs.list.queryOptions({ input: { active: true } }));
  const imports = jobs.data?.filter(({ kind }) => kind === 'dataset.import') ?? [];
  return imports.map((job) => <JobProgress key={job.id} job={job} />);
}
