import { useQuery } from '@tanstack/react-query';
import { useFollow } from '../../client/follow.ts';
import { client, orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Overview } from './overview.tsx';
import { samplePhase, useSample } from './sample.store.ts';
import { StartScreen } from './start-screen.tsx';

/** Where a person arrives: the first step in an empty project, what goes on and what was last in any other. */
export function HomePage() {
  const projects = useQuery(orpc.projects.list.queryOptions());
  const { steps, begun } = useSample();
  useFollow('sample', {
    open: (signal) => client.sample.watch(undefined, { signal }),
    onItem: (next) => useSample.setState({ steps: next }),
    onError: (error) => useSample.setState({ error }),
  });
  if (projects.error) return <ErrorNotice error={projects.error} onRetry={() => projects.refetch()} />;
  if (!projects.data) return null;
  const current = projects.data.find((project) => project.current);
  const empty = !current || current.datasets + current.runs + current.models === 0;
  if (empty || begun || samplePhase(steps) === 'running') return <StartScreen empty={empty} />;
  return <Overview project={current} />;
}
