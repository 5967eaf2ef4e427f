import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Target } from '../../../app/contract/targets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { worstCheck } from '../targets/target-state.ts';
import styles from './train.module.css';
import type { TrainDraft } from './train-draft.ts';
import type { TrainSubject } from './train-subject.ts';

interface PlaceFieldsProps {
  readonly subject: TrainSubject;
  /** Those that fit what is trained. */
  readonly targets: readonly Target[];
  readonly target: Target;
  readonly draft: TrainDraft;
  readonly onTarget: (name: string) => void;
  readonly onChange: (change: Partial<TrainDraft>) => void;
}

/** Where it runs, whether that works at the moment, and with which interpreter or image. */
export function PlaceFields({ subject, targets, target, draft, onTarget, onChange }: PlaceFieldsProps) {
  return (
    <div className={styles.pair}>
      <Field label="Run on" help={<TargetState target={target} />}>
        {(field) => (
          <select {...field} value={target.name} onChange={(event) => onTarget(event.target.value)}>
            {targets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {target.kind === 'process' ? (
        <InterpreterField
          folder={subject.folder}
          asked={subject.recipe?.environment.python}
          value={draft.python}
          onChange={(python) => onChange({ python })}
        />
      ) : null}
      {target.kind === 'docker' ? (
        <div className={styles.image}>
          <Field
            label="Image"
            help={
              subject.recipe?.environment.image
                ? 'Empty: the one that the recipe names'
                : (subject.recipe?.environment.dockerfile ?? 'A name with its tag, or a digest')
            }
          >
            {(field) => (
              <input
                {...field}
                className={`${field.className} ${styles.monoControl}`}
                spellCheck={false}
                value={draft.image}
                placeholder={subject.recipe?.environment.image ?? 'python:3.12-slim'}
                onChange={(event) => onChange({ image: event.target.value })}
              />
            )}
          </Field>
          <label className={screen.check}>
            <input
              type="checkbox"
              checked={draft.network ?? subject.recipe?.environment.network ?? false}
              onChange={(event) => onChange({ network: event.target.checked })}
            />
            The container may reach the network
          </label>
        </div>
      ) : null}
    </div>
  );
}

/** Asked for the chosen target only, since asking an engine may take a while. */
function TargetState({ target }: { readonly target: Target }) {
  const checks = useQuery(orpc.targets.check.queryOptions({ input: { target: target.name } }));
  if (checks.isPending) {
    return (
      <span className={styles.state}>
        <StateMark state="waiting" /> Looking whether it works
      </span>
    );
  }
  if (checks.error) {
    return (
      <span className={styles.state}>
        <StateMark state="failed" /> {checks.error.message}
      </span>
    );
  }
  const worst = worstCheck(checks.data);
  if (!worst) {
    return (
      <span className={styles.state}>
        <StateMark state="done" />
        <span>
          Works{target.active > 0 ? `, ${counted(target.active, 'run')} here now` : ''}. {target.summary}
        </span>
      </span>
    );
  }
  return (
    <span className={styles.state}>
      <StateMark state={worst.state === 'missing' ? 'failed' : 'warning'} />
      <span>
        {worst.title}: {worst.value} {worst.nextStep}
      </span>
    </span>
  );
}

interface InterpreterFieldProps {
  readonly folder: string | null;
  /** What the recipe asks for. */
  readonly asked: string | undefined;
  readonly value: string;
  readonly onChange: (python: string) => void;
}

const other = ' other';

function InterpreterField({ folder, asked, value, onChange }: InterpreterFieldProps) {
  const found = useQuery(
    orpc.targets.interpreters.queryOptions({ input: folder === null ? {} : { folder } }),
  );
  const interpreters = found.data ?? [];
  const known = value === '' || interpreters.some(({ path }) => path === value);
  const [typing, setTyping] = useState(!known);
  const chosen = interpreters.find(({ path }) => path === value);
  const help = typing
    ? 'A path, a version such as 3.11, or conda:NAME'
    : (chosen?.path ?? (found.isPending ? 'Looking for interpreters' : undefined));
  return (
    <div className={styles.field}>
      <Field label="Interpreter" help={help}>
        {(field) => (
          <select
            {...field}
            value={typing ? other : value}
            onChange={({ target: { value: next } }) => {
              setTyping(next === other);
              if (next !== other) onChange(next);
            }}
          >
            <option value="">{asked ? `As the recipe says: ${asked}` : 'The usual one'}</option>
            {interpreters.map(({ path, version, kind }) => (
              <option key={path} value={path}>
                Python {version} – {kind}, {shortened(path)}
              </option>
            ))}
            <option value={other}>Another one</option>
          </select>
        )}
      </Field>
      {typing ? (
        <input
          className={styles.plainMono}
          aria-label="Path or version of the interpreter"
          spellCheck={false}
          value={value}
          placeholder="3.11"
          onChange={(event) => onChange(event.target.value)}
        />
      ) : null}
    </div>
  );
}

function shortened(path: string): string {
  return path.length <= 36 ? path : `…${path.slice(-35)}`;
}
