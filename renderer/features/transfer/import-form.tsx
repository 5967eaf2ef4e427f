import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { objectName } from '../../../app/contract/ids.ts';
import {
  type ImportFormat,
  type InspectedSource,
  importFormat,
} from '../../../app/contract/transfer.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { counted, formatCount } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { PathField } from './path-field.tsx';
import styles from './transfer.module.css';
import { useTransferDialog } from './transfer-dialog.store.ts';
import { useSource } from './use-source.ts';

/** Names of runs that are shown before an import. */
const mostNamed = 6;

/** Asks where the runs are, says what is there, and begins the import. */
export function ImportForm() {
  const { openJob, close } = useTransferDialog();
  const formats = useQuery(orpc.transfer.formats.queryOptions()).data?.imports ?? [];
  const experiments = useQuery(orpc.runs.experiments.queryOptions({ input: {} })).data ?? [];
  const [format, setFormat] = useState<ImportFormat | 'auto'>('auto');
  const [path, setPath] = useState('');
  const [experiment, setExperiment] = useState('');
  const [follow, setFollow] = useState(false);
  const list = useId();
  const source = path.trim();
  const { found, looking, error } = useSource(source, format);
  const name = experiment.trim();
  const nameProblem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const isPath = source === '' || /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(source);
  const ready = found !== null && (found.runs > 0 || follow) && nameProblem === null;
  const canFollow = found === null || found.format !== 'lathe';

  const begin = useMutation({
    mutationFn: () =>
      client.transfer.import({
        path: source,
        format: found?.format ?? format,
        ...(name && { experiment: name }),
        follow: follow && canFollow,
      }),
    onSuccess: openJob,
  });

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !begin.isPending) begin.mutate();
      }}
    >
      <PathField
        label="Folder or file"
        help="A log folder of TensorBoard, W&B or MLflow, an MLflow database, or a CSV log. Nothing there is changed."
        error={isPath ? null : `${source} does not begin at the root. Write the whole path.`}
        value={path}
        placeholder="/experiments/logs"
        chooses={['folder', 'file']}
        onChange={setPath}
      />
      <Field label="Format">
        {(control) => (
          <select
            {...control}
            value={format}
            onChange={(event) => setFormat(importFormat.safeParse(event.target.value).data ?? 'auto')}
          >
            <option value="auto">Find out</option>
            {formats.map((one) => (
              <option key={one.format} value={one.format}>
                {one.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className={styles.found} aria-live="polite">
        {looking ? <p className={screen.quiet}>Looking at what is there</p> : null}
        {!looking && found ? <Found found={found} /> : null}
        {!looking && error ? <ErrorNotice error={error} /> : null}
      </div>
      <Field
        label="Experiment"
        error={nameProblem}
        help={
          found && found.experiments.length > 0
            ? `Empty: as the source says (${inWords(found.experiments)}). Runs that are known stay where they are.`
            : 'Empty: as the source says. Runs that are known stay where they are.'
        }
      >
        {(control) => (
          <input
            {...control}
            list={list}
            value={experiment}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setExperiment(event.target.value)}
          />
        )}
      </Field>
      <datalist id={list}>
        {experiments.map((one) => (
          <option key={one.id} value={one.name} />
        ))}
      </datalist>
      <label className={screen.check}>
        <input
          type="checkbox"
          checked={follow && canFollow}
          disabled={!canFollow}
          onChange={(event) => setFollow(event.target.checked)}
        />
        Follow: go on reading what is added until it is stopped
      </label>
      {begin.error ? <ErrorNotice error={begin.error} /> : null}
      <DialogFooter note="What was imported before is not taken twice.">
        <Button variant="quiet" onClick={close}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={!ready || begin.isPending}>
          {follow && canFollow
            ? 'Import and follow'
            : found
              ? `Import ${counted(found.runs, 'run')}`
              : 'Import'}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** The format and the runs that are at a path. */
function Found({ found }: { readonly found: InspectedSource }) {
  const more = found.runs - Math.min(mostNamed, found.names.length);
  return (
    <div className={styles.source}>
      <p>
        <StateMark state={found.runs > 0 ? 'done' : 'waiting'} />
        <b>{found.title}</b>
        <span>{found.runs === 0 ? 'no runs yet' : counted(found.runs, 'run')}</span>
      </p>
      {found.runs > 0 ? (
        <ul>
          {found.names.slice(0, mostNamed).map((name, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: several runs may have one name
            <li key={index} title={name}>
              {name}
            </li>
          ))}
          {more > 0 ? <li data-more>and {formatCount(more)} more</li> : null}
        </ul>
      ) : null}
    </div>
  );
}

function inWords(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
