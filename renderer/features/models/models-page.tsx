import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Model } from '../../../app/contract/models.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, formatClock, formatMetric } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate, useQueryString } from '../../shell/router.ts';
import { mainMetric, metricOf } from '../runs/metrics.ts';
import styles from './models.module.css';
import { RegisterFileDialog } from './register-file-dialog.tsx';

const columns: Column<Model>[] = [
  { id: 'name', title: 'Model', width: 220, render: (model) => <b className={styles.name}>{model.name}</b> },
  { id: 'latest', title: 'Latest', width: 80, render: (model) => `v${model.latest.version}` },
  {
    id: 'aliases',
    title: 'Aliases',
    width: 220,
    render: ({ aliases }) => (
      <span className={styles.badges}>
        {Object.entries(aliases).map(([alias, version]) => (
          <Badge key={alias} tone="outline">
            @{alias} v{version}
          </Badge>
        ))}
      </span>
    ),
  },
  { id: 'task', title: 'Task', width: 120, render: ({ latest }) => latest.task ?? '–' },
  {
    id: 'metric',
    title: 'Metric of the latest',
    width: 190,
    render: ({ latest }) => {
      const key = mainMetric([latest]);
      return key === null ? (
        <span className={screen.quiet}>–</span>
      ) : (
        <>
          <span className={screen.quiet}>{key}</span>{' '}
          <span className={screen.mono}>{formatMetric(metricOf(latest, key))}</span>
        </>
      );
    },
  },
  {
    id: 'size',
    title: 'Size',
    width: 90,
    align: 'right',
    render: ({ latest }) => formatBytes(latest.sizeBytes),
  },
  {
    id: 'updated',
    title: 'Updated',
    width: 110,
    align: 'right',
    render: (model) => formatClock(model.updatedAt),
  },
];

/** The registered models of the project. */
export function ModelsPage() {
  const models = useQuery(orpc.models.list.queryOptions({ input: {} }));
  const [query, setQuery] = useQueryString();
  const registering = query.get('register') === 'yes';
  const setRegistering = (open: boolean) => setQuery({ register: open ? 'yes' : null });
  const dialog = registering ? <RegisterFileDialog onClose={() => setRegistering(false)} /> : null;
  const register = (
    <Button icon={<IconUpload size={16} stroke={1.5} aria-hidden />} onClick={() => setRegistering(true)}>
      Register a file
    </Button>
  );
  if (models.error) return <ErrorNotice error={models.error} />;
  const rows = models.data ?? [];
  const versions = rows.reduce((count, model) => count + model.versions, 0);
  return (
    <div className={screen.page}>
      <PageHeader
        title="Models"
        facts={models.data ? `${rows.length} models, ${versions} versions` : 'Reading models'}
        actions={register}
      />
      {models.data && rows.length === 0 ? (
        <EmptyState
          title="Models are kept here by name, in versions, each with its signature and where it came from."
          steps={['Open a finished run and register its model', 'Or register an ONNX file from elsewhere']}
          action={
            <Button variant="primary" onClick={() => navigate('/runs')}>
              Go to Runs
            </Button>
          }
        />
      ) : (
        <DataTable
          label="Models"
          rows={rows}
          columns={columns}
          rowId={(model) => model.id}
          onOpen={(model) => navigate(`/models/${encodeURIComponent(model.name)}`)}
          empty="Reading models"
        />
      )}
      {dialog}
    </div>
  );
}
