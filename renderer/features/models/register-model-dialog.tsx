import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { aliasName } from '../../../app/contract/models.contract.ts';
import type { Artifact, Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import form from '../train/train.module.css';

interface RegisterModelDialogProps {
  readonly run: Run;
  readonly artifact: Artifact;
  readonly onClose: () => void;
}

/** Makes a run's model a version of a registered one, old or new, perhaps under an alias. */
export function RegisterModelDialog({ run, artifact, onClose }: RegisterModelDialogProps) {
  const queries = useQueryClient();
  const models = useQuery(orpc.models.list.queryOptions({ input: {} }));
  const [name, setName] = useState(run.inputs[0]?.datasetName ?? run.experimentName);
  const [alias, setAlias] = useState('');
  const aliasProblem = alias === '' || aliasName.safeParse(alias).success ? null : aliasRule;
  const existing = models.data?.find((model) => model.name === name.trim());
  const register = useMutation({
    mutationFn: () =>
      client.models.register({
        name: name.trim(),
        source: { kind: 'run', run: run.id, artifact: artifact.id },
        ...(alias === '' ? {} : { alias }),
      }),
    onSuccess: async (version) => {
      await queries.invalidateQueries({ queryKey: orpc.models.key() });
      await queries.invalidateQueries({ queryKey: orpc.runs.key() });
      onClose();
      notify.done(`Registered ${version.modelName} v${version.version}`);
      navigate(`/models/${encodeURIComponent(version.modelName)}`);
    },
  });
  const holder = existing && alias !== '' ? existing.aliases[alias] : undefined;
  return (
    <Dialog opened title={`Register the model of ${run.name}?`} onClose={onClose} size={460}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && aliasProblem === null) register.mutate();
        }}
      >
        <div className={form.scroll}>
          <label className={form.field}>
            <span>Model</span>
            <input
              list="registered-models"
              value={name}
              maxLength={100}
              required
              onChange={(event) => setName(event.target.value)}
            />
            <datalist id="registered-models">
              {models.data?.map((model) => (
                <option key={model.id} value={model.name} />
              ))}
            </datalist>
            <small>
              {existing
                ? `Becomes v${existing.latest.version + 1} of ${existing.name}`
                : 'A new model; this is its v1'}
            </small>
          </label>
          <label className={form.field}>
            <span>Alias</span>
            <input
              value={alias}
              placeholder="none, or champion"
              aria-invalid={aliasProblem !== null}
              onChange={(event) => setAlias(event.target.value)}
            />
            <small data-problem={aliasProblem !== null || undefined}>
              {aliasProblem ??
                (holder === undefined
                  ? 'A name that can move to another version'
                  : `Moves here from v${holder}`)}
            </small>
          </label>
          {register.error ? <ErrorNotice error={register.error} /> : null}
        </div>
        <footer className={form.footer}>
          <span className={form.quiet} />
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={register.isPending || aliasProblem !== null}>
            Register model
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const aliasRule = 'Lower-case letters, digits, "_" and "-", a letter first.';
