import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import screen from '../../../components/screen.module.css';
import styles from '../data.module.css';
import checkStyles from './checks.module.css';

interface YamlDialogProps {
  readonly dataset: string;
  readonly onClose: () => void;
  readonly onTaken: () => unknown;
}

/** The checks of a data set as YAML, to be kept beside code or taken from there. */
export function YamlDialog({ dataset, onClose, onTaken }: YamlDialogProps) {
  const exported = useQuery({
    ...orpc.dataChecks.exportExpectations.queryOptions({ input: { dataset } }),
    staleTime: 0,
  });
  const [typed, setTyped] = useState<string | null>(null);
  const yaml = typed ?? exported.data?.yaml ?? '';
  const take = useMutation({
    mutationFn: () => client.dataChecks.importExpectations({ dataset, yaml, replace: true }),
    onSuccess: () => {
      onTaken();
      onClose();
    },
  });
  return (
    <Dialog opened title={`Checks of ${dataset} as YAML`} onClose={onClose} size={640}>
      {exported.error ? <ErrorNotice error={exported.error} /> : null}
      {exported.data ? (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            take.mutate();
          }}
        >
          <Field
            label="Checks"
            help="What stands here takes the place of the checks that the data set carries"
          >
            {(field) => (
              <textarea
                {...field}
                className={`${field.className} ${checkStyles.code}`}
                rows={16}
                spellCheck={false}
                value={yaml}
                onChange={({ target }) => setTyped(target.value)}
              />
            )}
          </Field>
          {take.error ? <ErrorNotice error={take.error} /> : null}
          <DialogFooter note={<CopyButton value={yaml} label="Copy" words />}>
            <Button variant="quiet" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              type="submit"
              disabled={typed === null || typed === exported.data.yaml || take.isPending}
            >
              Take these checks
            </Button>
          </DialogFooter>
        </form>
      ) : (
        <p className={screen.waiting}>Reading the checks</p>
      )}
    </Dialog>
  );
}
