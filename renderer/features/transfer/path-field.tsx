import { useMutation, useQuery } from '@tanstack/react-query';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import styles from './transfer.module.css';

interface PathFieldProps {
  readonly label: string;
  readonly help: string;
  readonly error?: string | null;
  readonly value: string;
  readonly placeholder: string;
  /** What the desktop's dialogs offer to choose. */
  readonly chooses: readonly ('folder' | 'file')[];
  readonly onChange: (path: string) => void;
  /** What is written for a path that was chosen. */
  readonly fromChosen?: (path: string) => string;
}

/** A path on the machine that runs Lathe: typed, or chosen in the desktop's own dialog. */
export function PathField(props: PathFieldProps) {
  const { label, help, error = null, value, placeholder, chooses, onChange, fromChosen } = props;
  const info = useQuery(orpc.system.info.queryOptions());
  const desktop = info.data?.host === 'electron';
  const choose = useMutation({
    mutationFn: (what: 'folder' | 'file') =>
      client.system.chooseFiles({ title: label, folders: what === 'folder' }),
    onSuccess: ({ paths: [path] }) => {
      if (path !== undefined) onChange(fromChosen ? fromChosen(path) : path);
    },
  });
  return (
    <>
      <Field label={desktop ? label : `${label} on the machine that runs Lathe`} help={help} error={error}>
        {(control) => (
          <input
            {...control}
            data-autofocus
            value={value}
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {desktop ? (
        <div className={styles.buttons}>
          {chooses.map((what) => (
            <Button key={what} onClick={() => choose.mutate(what)}>
              Choose a {what}
            </Button>
          ))}
        </div>
      ) : null}
      {choose.error ? <ErrorNotice error={choose.error} /> : null}
    </>
  );
}
