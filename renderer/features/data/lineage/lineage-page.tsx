import { EmptyState } from '../../../components/empty-state.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import screen from '../../../components/screen.module.css';
import { useQueryString } from '../../../shell/router.ts';
import { LineageView } from './lineage-view.tsx';

const kinds = ['dataset', 'run', 'model', 'endpoint'] as const;

/** The lineage of whatever the address names: `?run=…`, `?model=digits@3`, `?endpoint=…`, `?dataset=…&version=…`. */
export function LineagePage() {
  const [query] = useQueryString();
  const kind = kinds.find((one) => query.has(one));
  const name = kind ? (query.get(kind) ?? '') : '';
  const version = query.get('version');
  return (
    <div className={screen.page}>
      <PageHeader
        title="Lineage"
        facts={
          kind ? `What led to ${kind === 'dataset' ? 'data set' : kind} ${name}, and what came of it` : null
        }
      />
      {kind ? (
        <LineageView of={{ [kind]: name, ...(kind === 'dataset' && version !== null && { version }) }} />
      ) : (
        <EmptyState title="Every data set, run, model and endpoint knows what it came from. Open one, and its lineage." />
      )}
    </div>
  );
}
