import { useState } from 'react';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';
import { ParameterField } from './parameter-field.tsx';
import styles from './train.module.css';
import type { TrainFormState } from './use-train-form.ts';

/** The parameters that are declared, as fields; and for programs, whatever else they take. */
export function ParameterSection({
  form,
  tried,
}: {
  readonly form: TrainFormState;
  readonly tried: boolean;
}) {
  const [showAll, setShowAll] = useState(false);
  const { subject, parameters, draft, change, fields, columns, parameterProblems: problems } = form;
  if (!subject) return null;
  const shown = parameters.filter(({ advanced, key }) => showAll || !advanced || problems[key]);
  const hidden = parameters.filter(({ advanced }) => advanced).length;
  return (
    <>
      {shown.length > 0 ? (
        <div className={styles.grid}>
          {shown.map((parameter) => (
            <ParameterField
              key={parameter.key}
              parameter={parameter}
              columns={columns}
              text={fields[parameter.key] ?? ''}
              problem={
                tried || draft.edited[parameter.key] !== undefined ? (problems[parameter.key] ?? null) : null
              }
              onChange={(text) => change({ edited: { ...draft.edited, [parameter.key]: text } })}
            />
          ))}
        </div>
      ) : null}
      {hidden > 0 ? (
        <button
          type="button"
          className={styles.more}
          onClick={() => setShowAll(!showAll)}
          aria-expanded={showAll}
        >
          {showAll ? 'Fewer parameters' : `${counted(hidden, 'more parameter')}`}
        </button>
      ) : null}
      {subject.native ? null : (
        <div className={styles.pair}>
          {subject.parameters.length > 0 ? null : (
            <Field
              label={parameters.length > 0 ? 'Further parameters' : 'Parameters'}
              help="key=value, one a line"
              error={tried ? (form.problems.extra ?? null) : null}
            >
              {(field) => (
                <textarea
                  {...field}
                  className={`${field.className} ${styles.monoControl}`}
                  rows={2}
                  spellCheck={false}
                  value={draft.extra}
                  placeholder="learning_rate=0.01"
                  onChange={(event) => change({ extra: event.target.value })}
                />
              )}
            </Field>
          )}
          <Field
            label="Arguments"
            help="Words after the program’s own, as in a shell"
            error={tried ? (form.problems.args ?? null) : null}
          >
            {(field) => (
              <textarea
                {...field}
                className={`${field.className} ${styles.monoControl}`}
                rows={2}
                spellCheck={false}
                value={draft.args}
                placeholder="--fast"
                onChange={(event) => change({ args: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
    </>
  );
}
