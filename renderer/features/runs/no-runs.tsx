import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { useTransferDialog } from '../transfer/transfer-dialog.store.ts';
import { TransfersInProgress } from '../transfer/transfers-in-progress.tsx';
import styles from './runs.module.css';

/** What stands in place of the table while there is no run. */
export function NoRuns() {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const hasData = (datasets.data?.length ?? 0) > 0;
  return (
    <div className={screen.page}>
      <PageHeader title="Runs" facts="none yet" />
      <TransfersInProgress />
      <EmptyState
        title="Runs are trainings, each with its parameters, curves, log and model."
        action={
          <span className={styles.first}>
            {hasData ? (
              <Button variant="primary" onClick={() => useTrainDialog.getState().open()}>
                Train a model
              </Button>
            ) : (
              <Button variant="primary" onClick={() => navigate('/data')}>
                Import data first
              </Button>
            )}
            <Button onClick={() => useTransferDialog.getState().openImport()}>Import runs</Button>
          </span>
        }
        cost="Runs of TensorBoard, W&B, MLflow and CSV logs come in as they are; nothing leaves this machine."
      />
    </div>
  );
}
