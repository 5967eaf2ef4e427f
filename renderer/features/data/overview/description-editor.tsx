import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Dataset } from '../../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import styles from './overview.module.css';

/** What a data set is, in the words of its owner. */
export function DescriptionEditor({ dataset }: { readonly dataset: Dataset }) {
  const queries = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (description: string) => client.datasets.describe({ dataset: dataset.name, description }),
    onSuccess: async () => {
      setText(null);
      await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
    },
  });
  if (text === null) {
    return (
      <div className={styles.description}>
        {dataset.description ? (
          <p>{dataset.description}</p>
        ) : (
          <p className={styles.note}>Nothing is said of it yet.</p>
        )}
        <Button size="small" variant="quiet" onClick={() => setText(dataset.description)}>
          {dataset.description ? 'Edit' : 'Describe it'}
        </Button>
      </div>
    );
  }
  return (
    <form
      className={styles.edit}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(text);
      }}
    >
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the field opens where a person asked for it
        autoFocus
        aria-label="Description"
        rows={4}
        maxLength={20_000}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setText(null)}
      />
      {save.error ? <ErrorNotice error={save.error} /> : null}
      <div>
        <Button size="small" type="submit" disabled={save.isPending}>
          Save
        </Button>
        <Button size="small" variant="quiet" onClick={() => setText(null)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
