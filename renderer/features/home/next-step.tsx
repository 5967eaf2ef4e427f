import { useQuery } from '@tanstack/react-query';
import type { Project } from '../../../app/contract/projects.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import styles from './home.module.css';

/** One sentence on what is missing on the way from data to a served model; nothing once it is served. */
export function NextStep({ project }: { readonly project: Project }) {
  const endpoints = useQuery(orpc.serving.list.queryOptions({ input: {} }));
  if (project.runs === 0 && project.datasets > 0) {
    return (
      <p className={styles.next}>
        The data is here; nothing has been trained on it yet.
        <Button size="small" onClick={() => useTrainDialog.getState().open()}>
          Train a model
        </Button>
      </p>
    );
  }
  if (project.models === 0 && project.runs > 0) {
    return (
      <p className={styles.next}>
        No model is registered yet; the best run can become one.
        <Button size="small" onClick={() => navigate('/runs')}>
          Choose a run
        </Button>
      </p>
    );
  }
  if (
    project.models > 0 &&
    endpoints.data?.every(({ state }) => state !== 'serving' && state !== 'starting')
  ) {
    return (
      <p className={styles.next}>
        No model is served at the moment.
        <Button size="small" onClick={() => navigate('/models')}>
          Choose a model
        </Button>
      </p>
    );
  }
  return null;
}
