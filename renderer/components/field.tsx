import { type ReactNode, useId } from 'react';
import styles from './field.module.css';

/** What the control inside a field needs to be named and described. */
interface FieldControl {
  readonly id: string;
  readonly className: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  /** Replaces the help; names the value and the cure. */
  readonly error?: string | null;
  readonly children: (control: FieldControl) => ReactNode;
}

/** A labelled control: label above, help under it, the error in place of the help. */
export function Field({ label, help, error = null, children }: FieldProps) {
  const id = useId();
  const note = error ?? help;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: styles.control ?? '',
        'aria-describedby': note ? `${id}-note` : undefined,
        'aria-invalid': error === null ? undefined : true,
      })}
      {note ? (
        <small id={`${id}-note`} data-error={error === null ? undefined : true}>
          {note}
        </small>
      ) : null}
    </div>
  );
}
