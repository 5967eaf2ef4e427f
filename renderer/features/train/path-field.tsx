import { useMutation, useQuery } from '@tanstack/react-query';
import { errorWords } from '../../client/errors.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import styles from './train.module.css';

interface PathFieldProps {
  readonly label: string;
  readonly help: string;
  readonly placeholder: string;
  readonly path: string;
  readonly error: unknown;
  readonly folders?: boolean;
  readonly onChange: (path: string) => void;
}

/** A path on the machine of this Lathe: typed, or chosen in the system's own dialog where there is one. */
export function PathField(props: PathFieldProps) {
  const info = useQuery(orpc.system.info.queryOptions());
  const choose = useMutation({
    mutationFn: () => client.system.chooseFiles({ title: props.label, folders: props.folders ?? false }),
    onSuccess: ({ paths: [path] }) => {
      if (path !== undefined) props.onChange(path);
    },
  });
  const fault = props.error ?? choose.error;
  const words = fault ? errorWords(fault) : null;
  return (
    <div className={styles.path}>
      <Field
        label={props.label}
        help={props.help}
        error={words ? `${words.message} ${words.nextStep}` : null}
      >
        {(field) => (
          <input
            {...field}
            className={`${field.className} ${styles.monoControl}`}
            data-autofocus
            value={props.path}
            spellCheck={false}
            autoComplete="off"
            placeholder={props.placeholder}
            onChange={(event) => props.onChange(event.target.value)}
          />
        )}
      </Field>
      {info.data?.host === 'electron' ? (
        <Button onClick={() => choose.mutate()} disabled={choose.isPending}>
          Choose
        </Button>
      ) : null}
    </div>
  );
}
