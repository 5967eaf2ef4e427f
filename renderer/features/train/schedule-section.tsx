import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { RunSwatch } from '../../components/run-swatch.tsx';
import screen from '../../components/screen.module.css';
import { formatAhead, fromLocalField, quickStarts, toLocalField } from './start-times.ts';
import styles from './train.module.css';
import type { DraftProblems, TrainDraft } from './train-draft.ts';

interface ScheduleSectionProps {
  readonly draft: TrainDraft;
  readonly problems: DraftProblems;
  readonly onChange: (change: Partial<TrainDraft>) => void;
}

/** What decides when the run starts. */
export function ScheduleSection({ draft, problems, onChange }: ScheduleSectionProps) {
  const queue = useQuery(orpc.runs.queue.queryOptions());
  const [nowMs] = useState(() => Date.now());
  const others = queue.data?.runs ?? [];
  return (
    <div className={styles.stack}>
      <div className={styles.pair}>
        <Field label="Start" error={problems.startAt ?? null}>
          {(field) => (
            <select
              {...field}
              value={draft.start}
              onChange={(event) => onChange({ start: event.target.value as TrainDraft['start'] })}
            >
              <option value="now">as soon as there is room</option>
              <option value="at">not before a time</option>
              <option value="held">when it is let go by hand</option>
            </select>
          )}
        </Field>
        {draft.start === 'at' ? (
          <Field label="Not before">
            {(field) => (
              <input
                {...field}
                type="datetime-local"
                value={draft.startAt}
                onChange={(event) => onChange({ startAt: event.target.value })}
              />
            )}
          </Field>
        ) : null}
      </div>
      {draft.start === 'at' ? (
        <div className={styles.quick}>
          {quickStarts(nowMs).map(({ words, at }) => (
            <Button
              key={words}
              size="small"
              aria-pressed={draft.startAt === toLocalField(at)}
              onClick={() => onChange({ startAt: toLocalField(at) })}
            >
              {words}
            </Button>
          ))}
        </div>
      ) : null}
      <div className={styles.pair}>
        <Field label="Priority" help="Higher starts first; 0 is usual" error={problems.priority ?? null}>
          {(field) => (
            <input
              {...field}
              inputMode="numeric"
              value={draft.priority}
              placeholder="0"
              onChange={(event) => onChange({ priority: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Retries"
          help="Starts again after a failure that may pass"
          error={problems.retries ?? null}
        >
          {(field) => (
            <input
              {...field}
              inputMode="numeric"
              value={draft.retries}
              placeholder="as the recipe says"
              onChange={(event) => onChange({ retries: event.target.value })}
            />
          )}
        </Field>
      </div>
      {others.length > 0 ? (
        <fieldset className={styles.after}>
          <legend>Only after these have finished</legend>
          {others.map(({ id, name, color, status }) => (
            <label key={id} className={screen.check}>
              <input
                type="checkbox"
                checked={draft.after.includes(id)}
                onChange={(event) =>
                  onChange({
                    after: event.target.checked
                      ? [...draft.after, id]
                      : draft.after.filter((other) => other !== id),
                  })
                }
              />
              <RunSwatch color={color} hollow={status === 'queued'} /> {name}
              <small>{status}</small>
            </label>
          ))}
        </fieldset>
      ) : null}
    </div>
  );
}

/** When it starts, in a line. */
export function describeSchedule(draft: TrainDraft, nowMs: number): string {
  const at = fromLocalField(draft.startAt);
  const start =
    draft.start === 'held'
      ? 'held'
      : draft.start === 'at' && at !== null
        ? `not before ${formatAhead(at, nowMs)}`
        : 'as soon as there is room';
  return [
    start,
    draft.after.length > 0
      ? `after ${draft.after.length === 1 ? 'one run' : `${draft.after.length} runs`}`
      : null,
    draft.priority.trim() === '' ? null : `priority ${draft.priority.trim()}`,
  ]
    .filter(Boolean)
    .join(', ');
}
