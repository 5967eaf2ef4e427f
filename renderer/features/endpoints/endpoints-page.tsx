import { useQuery } from '@tanstack/react-query';
import type { Endpoint } from '../../../app/contract/serving.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatClock } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate } from '../../shell/router.ts';
import { EndpointState } from './endpoint-state.tsx';
import styles from './endpoints.module.css';

const columns: Column<Endpoint>[] = [
  { id: 'name', title: 'Endpoint', width: 200, render: ({ name }) => <b>{name}</b> },
  { id: 'state', title: 'State', width: 110, render: (endpoint) => <EndpointState endpoint={endpoint} /> },
  {
    id: 'model',
    title: 'Model',
    width: 240,
    render: (endpoint) => (
      <>
        {endpoint.modelName} v{endpoint.modelVersion}{' '}
        {endpoint.modelAliases.map((alias) => (
          <Badge key={alias} tone="outline">
            @{alias}
          </Badge>
        ))}
      </>
    ),
  },
  {
    id: 'url',
    title: 'Address',
    width: 360,
    render: ({ url, failure }) =>
      failure ? (
        <span className={styles.failed}>{failure.message}</span>
      ) : (
        <span className={screen.mono}>{url ?? '–'}</span>
      ),
  },
  {
    id: 'started',
    title: 'Started',
    width: 100,
    align: 'right',
    render: ({ startedAt }) => (startedAt === null ? '–' : formatClock(startedAt)),
  },
];

/** The endpoints of the project. */
export function EndpointsPage() {
  const endpoints = useQuery(orpc.serving.list.queryOptions({ input: {} }));
  if (endpoints.error) return <ErrorNotice error={endpoints.error} />;
  const rows = endpoints.data ?? [];
  const serving = rows.filter(({ state }) => state === 'serving').length;
  return (
    <>
      <PageHeader
        title="Endpoints"
        facts={endpoints.data ? `${serving} serving, this machine only` : 'Reading endpoints'}
      />
      {endpoints.data && rows.length === 0 ? (
        <EmptyState
          title="An endpoint answers HTTP requests with a model, on this machine, with a page to try it."
          steps={['Open a model and press Serve', 'Try it here, then call it from code']}
          action={
            <Button variant="primary" onClick={() => navigate('/models')}>
              Go to Models
            </Button>
          }
        />
      ) : (
        <DataTable
          label="Endpoints"
          rows={rows}
          columns={columns}
          rowId={({ id }) => id}
          onOpen={({ name }) => navigate(`/endpoints/${encodeURIComponent(name)}`)}
          empty="Reading endpoints"
        />
      )}
    </>
  );
}
