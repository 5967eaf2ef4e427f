import { IconLock, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint, EndpointStats, Tensor } from '../../../app/contract/serving.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, formatClock } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { Link, navigate } from '../../shell/router.ts';
import { SignatureTable } from '../models/signature-table.tsx';
import { CallIt } from './call-it.tsx';
import { EndpointState } from './endpoint-state.tsx';
import styles from './endpoints.module.css';
import { Latency } from './latency.tsx';
import { RecentRequests } from './recent-requests.tsx';
import { TryIt } from './try-it-panel.tsx';
import { useEndpointStats } from './use-endpoint-stats.ts';

/** One endpoint: try it, see how fast it is, call it, and who can reach it. */
export function EndpointPage({ endpointName }: { readonly endpointName: string }) {
  const endpoint = useQuery(orpc.serving.get.queryOptions({ input: { endpoint: endpointName } }));
  if (endpoint.error) return <ErrorNotice error={endpoint.error} />;
  if (!endpoint.data) return <p className={styles.waiting}>Reading the endpoint</p>;
  return <EndpointView endpoint={endpoint.data} />;
}

function EndpointView({ endpoint }: { readonly endpoint: Endpoint }) {
  const { stats, history } = useEndpointStats(endpoint);
  const [sent, setSent] = useState<readonly Tensor[] | null>(null);
  const serving = endpoint.state === 'serving';
  return (
    <>
      <PageHeader
        title={endpoint.name}
        facts={
          <span className={styles.facts}>
            <EndpointState endpoint={endpoint} /> model
            <Link to={`/models/${encodeURIComponent(endpoint.modelName)}?version=${endpoint.modelVersion}`}>
              {endpoint.modelName} v{endpoint.modelVersion}
            </Link>
            {endpoint.modelAliases.map((alias) => (
              <Badge key={alias} tone="outline">
                @{alias}
              </Badge>
            ))}
            <span>{factsOf(endpoint, stats)}</span>
          </span>
        }
        actions={<EndpointActions endpoint={endpoint} />}
      />
      {endpoint.failure ? (
        <div className={styles.failure} role="alert">
          <b>{endpoint.failure.message}</b> {endpoint.failure.data.nextStep}
        </div>
      ) : null}
      <div className={styles.page}>
        <div className={styles.column}>
          {serving ? (
            <TryIt endpoint={endpoint} onSent={setSent} />
          ) : (
            <p className={styles.waiting}>
              {endpoint.state === 'starting' ? 'Starting; this takes a moment.' : 'Start it to try it here.'}
            </p>
          )}
          <section className={styles.section}>
            <h2 className={styles.head}>
              Signature <span className={styles.aside}>from the model file</span>
            </h2>
            <div className={styles.body}>
              <SignatureTable signature={endpoint.signature} labels={endpoint.labels} />
            </div>
          </section>
          <RecentRequests requests={stats?.recent ?? []} />
        </div>
        <div className={styles.column}>
          <Latency stats={stats} history={history} />
          {endpoint.url ? <CallIt endpoint={endpoint} tensors={sent} /> : null}
          <section className={styles.section}>
            <h2 className={styles.head}>Who can reach it</h2>
            <div className={styles.reach}>
              <IconLock size={16} stroke={1.5} aria-hidden />
              <div>
                <b>This machine only</b>
                <div className={screen.quiet}>
                  {endpoint.baseUrl
                    ? `Listens on ${new URL(endpoint.baseUrl).host}. `
                    : 'Nothing listens now. '}
                  A token is required even here.
                </div>
              </div>
            </div>
          </section>
        </div>
      </div>
    </>
  );
}

function factsOf(endpoint: Endpoint, stats: EndpointStats | null): string {
  const parts = [
    endpoint.startedAt !== null && endpoint.state === 'serving'
      ? `since ${formatClock(endpoint.startedAt)}`
      : null,
    stats ? `${stats.requests.toLocaleString('en-US')} requests` : null,
    stats?.workerMemoryBytes ? `worker ${formatBytes(stats.workerMemoryBytes)}` : null,
  ];
  return parts.filter(Boolean).join(', ');
}

function EndpointActions({ endpoint }: { readonly endpoint: Endpoint }) {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: orpc.serving.key() });
  const onError = (error: unknown) => notify.error(error);
  const stop = useMutation({
    mutationFn: () => client.serving.stop({ endpoint: endpoint.id }),
    onError,
    onSettled: settled,
  });
  const start = useMutation({
    mutationFn: () =>
      client.serving.start({ model: `${endpoint.modelName}@${endpoint.modelVersion}`, name: endpoint.name }),
    onError,
    onSettled: settled,
  });
  const remove = useMutation({
    mutationFn: () => client.serving.remove({ endpoint: endpoint.id }),
    onError,
    onSuccess: () => navigate('/endpoints'),
    onSettled: settled,
  });
  if (endpoint.state === 'serving' || endpoint.state === 'starting') {
    return (
      <Button
        disabled={stop.isPending}
        icon={<IconPlayerStop size={16} stroke={1.5} aria-hidden />}
        onClick={() => stop.mutate()}
      >
        Stop endpoint
      </Button>
    );
  }
  return (
    <>
      <Button variant="quiet" disabled={remove.isPending} onClick={() => remove.mutate()}>
        Remove
      </Button>
      <Button variant="primary" disabled={start.isPending} onClick={() => start.mutate()}>
        Start again
      </Button>
    </>
  );
}
