import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatBytes } from '../../../components/format.ts';
import { notify } from '../../../components/notify.ts';
import { navigate } from '../../../shell/router.ts';
import styles from '../data.module.css';

interface DeleteDialogProps {
  readonly version: DatasetVersion;
  /** The data set with all of its versions. */
  readonly whole?: boolean;
  readonly onClose: () => void;
}

/** Says what deleting frees and what depends on it, deletes, and offers to undo that. */
export function DeleteDialog({ version, whole = false, onClose }: DeleteDialogProps) {
  const queries = useQueryClient();
  const dataset = version.datasetName;
  const what = whole ? dataset : `${dataset} v${version.version}`;
  const dependents = useQuery({
    ...orpc.lineage.dependents.queryOptions({
      input: { dataset, ...(whole ? {} : { version: version.version }) },
    }),
    staleTime: 0,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.datasets.key() });
  const undo = async (restore: () => Promise<unknown>) => {
    await restore().catch(notify.error);
    await refresh();
  };
  const remove = useMutation({
    mutationFn: async () => {
      if (whole) {
        const { id, freesBytes } = await client.datasets.delete({ dataset: version.datasetId });
        return { freesBytes, restore: () => client.datasets.restore({ id }) };
      }
      const { id, freesBytes } = await client.datasets.deleteVersion({ dataset, version: version.version });
      return { freesBytes, restore: () => client.datasets.restoreVersion({ id }) };
    },
    onSuccess: async ({ freesBytes, restore }) => {
      onClose();
      navigate(whole ? '/data' : `/data/${encodeURIComponent(dataset)}`);
      await refresh();
      notify.undo(`Deleted ${what}; frees ${formatBytes(freesBytes)} once it is collected`, () =>
        undo(restore),
      );
    },
  });
  const { data } = dependents;
  const uses = data
    ? [
        data.runs > 0
          ? `${counted(data.runs, 'run')} read it${data.activeRuns > 0 ? `, ${counted(data.activeRuns, 'of them is at work', 'of them are at work')}` : ''}`
          : null,
        data.models > 0 ? `${counted(data.models, 'model version')} came of it` : null,
        data.endpoints > 0 ? `${counted(data.endpoints, 'endpoint')} serves such a model` : null,
        data.laterVersions > 0 ? `${counted(data.laterVersions, 'later version')} follows it` : null,
        data.aliases.length > 0
          ? `it is called ${data.aliases.map((alias) => `@${alias}`).join(', ')}`
          : null,
      ].filter((line) => line !== null)
    : [];
  return (
    <Dialog opened title={`Delete ${what}?`} onClose={onClose} size={460}>
      <div className={styles.form}>
        {data ? (
          <>
            <p>
              This frees <b>{formatBytes(data.freesBytes)}</b> once garbage is collected
              {whole && data.versions > 1 ? `, with all ${data.versions} versions` : ''}. Until then it can be
              undone.
            </p>
            {uses.length > 0 ? (
              <ul className={styles.bullets}>
                {uses.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            ) : (
              <p>Nothing uses it.</p>
            )}
          </>
        ) : dependents.error ? (
          <ErrorNotice error={dependents.error} />
        ) : (
          <p>Looking what depends on it</p>
        )}
        {remove.error ? <ErrorNotice error={remove.error} /> : null}
        <DialogFooter note="What it is called stays known to runs and models.">
          <Button variant="quiet" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete {whole ? 'the data set' : `v${version.version}`}
          </Button>
        </DialogFooter>
      </div>
    </Dialog>
  );
}
