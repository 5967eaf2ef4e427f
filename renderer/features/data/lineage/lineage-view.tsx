import { useQuery } from '@tanstack/react-query';
import type { Inputs } from '../../../../app/contract/index.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import styles from './lineage.module.css';
import { LineageGraph } from './lineage-graph.tsx';

interface LineageViewProps {
  readonly of: Pick<Inputs['lineage']['graph'], 'dataset' | 'version' | 'run' | 'model' | 'endpoint'>;
}

const kinds = [
  ['source', 'source'],
  ['dataset', 'data set version'],
  ['run', 'run'],
  ['model', 'model version'],
  ['endpoint', 'endpoint'],
] as const;

/** The graph around one thing, in a sentence and as a drawing. */
export function LineageView({ of }: LineageViewProps) {
  const graph = useQuery({ ...orpc.lineage.graph.queryOptions({ input: of }), staleTime: 0 });
  if (graph.error) return <ErrorNotice error={graph.error} onRetry={() => void graph.refetch()} />;
  if (!graph.data) return <p className={screen.waiting}>Following the data</p>;
  const { nodes, truncated } = graph.data;
  const words = kinds.flatMap(([kind, word]) => {
    const count = nodes.filter((node) => node.kind === kind).length;
    return count === 0 ? [] : [counted(count, word)];
  });
  return (
    <>
      <p className={styles.answer}>
        {words.join(', ')}
        {truncated ? '; the nearest are shown, there are more.' : '.'} Data flows from left to right;
        everything opens its page.
      </p>
      <LineageGraph graph={graph.data} />
    </>
  );
}
