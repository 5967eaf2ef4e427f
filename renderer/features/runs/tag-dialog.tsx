import { useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';

interface TagDialogProps {
  readonly runs: readonly Run[];
  /** Null takes the tag away. */
  readonly onTag: (key: string, value: string | null) => void;
  readonly onClose: () => void;
}

/** Gives all marked runs a tag, or takes one from them. */
export function TagDialog({ runs, onTag, onClose }: TagDialogProps) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const name = key.trim();
  const having = runs.filter(({ tags }) => name in tags);
  const known = [...new Set(runs.flatMap(({ tags }) => Object.keys(tags)))].sort();
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
          {known.map((tag) => (
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
