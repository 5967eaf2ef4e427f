import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../client/orpc.ts';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import styles from './train.module.css';
import { useTrainDialog } from './train-dialog.store.ts';
import { TrainForm } from './train-form-view.tsx';

/** The one train dialog of the application; `useTrainDialog` opens it. */
export function TrainDialog() {
  const { request, close } = useTrainDialog();
  if (!request) return null;
  const title = request.fromRun ? `Run ${request.fromRun.name} again?` : 'Train a model';
  return (
    <Dialog opened title={title} onClose={close} size={720}>
      <Loaded />
    </Dialog>
  );
}

/** The form is made once everything that it chooses from is known. */
function Loaded() {
  const { request, close } = useTrainDialog();
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const templates = useQuery(orpc.training.templates.queryOptions());
  const targets = useQuery(orpc.targets.list.queryOptions());
  const error = datasets.error ?? templates.error ?? targets.error;
  if (error) return <ErrorNotice error={error} />;
  if (!request || !datasets.data || !templates.data || !targets.data)
    return <p className={styles.quiet}>Reading data, templates and targets</p>;
  return (
    <TrainForm
      request={request}
      datasets={datasets.data}
      templates={templates.data}
      targets={targets.data}
      onClose={close}
    />
  );
}
