import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { quotedField } from '../../../app/contract/run-filter/index.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';

interface TagDialogProps {
  readonly runs: readonly Run['id'][];
  /** Null takes the tag away. */
  readonly onTag: (key: string, value: string | null) => void;
  readonly onClose: () => void;
}

/** Gives all marked runs a tag, or takes one from them. */
export function TagDialog({ runs, onTag, onClose }: TagDialogProps) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const name = key.trim();
  const known = useQuery(orpc.runs.filterHelp.queryOptions({ input: {} })).data?.keys ?? [];
  const tags = known.filter(({ kind }) => kind === 'tag').map((one) => one.key);
  const holders = useQuery({
    ...orpc.runs.ids.queryOptions({ input: { filter: `${quotedField('tags', name)} is not null` } }),
    enabled: tags.includes(name),
  });
  const has = useMemo(() => new Set(holders.data?.ids), [holders.data]);
  const having = runs.filter((id) => has.has(id));
  const finish = (next: string | null) => {
    onTag(name, next);
    onClose();
  };
  return (
    <Dialog opened title={`Tag ${counted(runs.length, 'run')}`} onClose={onClose} size={420}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '') finish(value);
        }}
      >
        <Field
          label="Tag"
          help={having.length > 0 ? `${counted(having.length, 'run')} of these have it already.` : undefined}
        >
          {(control) => (
            <input
              {...control}
              list="known-tags"
              maxLength={250}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <datalist id="known-tags">
          {tags.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
        <Field label="Value">
          {(control) => (
            <input
              {...control}
              maxLength={5000}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <DialogFooter>
          {having.length > 0 ? (
            <Button variant="danger" onClick={() => finish(null)}>
              Remove the tag
            </Button>
          ) : null}
          <Button variant="primary" type="submit" disabled={name === ''}>
            Tag
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
