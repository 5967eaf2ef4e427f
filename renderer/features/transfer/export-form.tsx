import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ExportFormat, exportFormat } from '../../../app/contract/transfer.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';
import { SegmentedChoice } from '../../components/segments.tsx';
import { readRunIds } from '../runs/table/run-reads.ts';
import { PathField } from './path-field.tsx';
import styles from './transfer.module.css';
import { type ExportChoice, useTransferDialog } from './transfer-dialog.store.ts';

/** Asks which runs, in which format and where to, and begins the export. */
export function ExportForm({ choice }: { readonly choice: ExportChoice }) {
  const { marked, asked = {}, total = null } = choice;
  const { openJob, close } = useTransferDialog();
  const formats = useQuery(orpc.transfer.formats.queryOptions()).data?.exports ?? [];
  const count = useQuery({
    ...orpc.runs.ids.queryOptions({ input: { ...asked, limit: 1 } }),
    enabled: total === null,
  });
  const all = total ?? count.data?.total ?? 0;
  const [which, setWhich] = useState<'marked' | 'all'>(marked.length > 0 ? 'marked' : 'all');
  const [format, setFormat] = useState<ExportFormat>('mlflow');
  const [path, setPath] = useState('');
  const destination = path.trim();
  const runs = which === 'marked' ? marked.length : all;
  const ready = destination !== '' && runs > 0;

  const begin = useMutation({
    mutationFn: async () =>
      client.transfer.export({
        runs: which === 'marked' ? [...marked] : await readRunIds(asked),
        format,
        path: destination,
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
      {marked.length > 0 ? (
        <SegmentedChoice
          label="Which runs"
          chosen={which}
          options={[
            ['marked', `${counted(marked.length, 'marked run')}`],
            ['all', asked.filter ? `All ${counted(all, 'run')} of the filter` : `All ${counted(all, 'run')}`],
          ]}
          onChoose={setWhich}
        />
      ) : null}
      <Field label="Format">
        {(control) => (
          <select
            {...control}
            value={format}
            onChange={(event) => setFormat(exportFormat.parse(event.target.value))}
          >
            {formats.map((one) => (
              <option key={one.format} value={one.format}>
                {one.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <PathField
        label="Into the folder"
        help="A folder that is not there yet, or is empty."
        value={path}
        placeholder={`/exports/${format}`}
        chooses={['folder']}
        onChange={setPath}
        fromChosen={(chosen) => `${chosen}/lathe-${format}`}
      />
      {begin.error ? <ErrorNotice error={begin.error} /> : null}
      <DialogFooter note="With curves and files. Nothing leaves this machine.">
        <Button variant="quiet" onClick={close}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={!ready || begin.isPending}>
          Export {counted(runs, 'run')}
        </Button>
      </DialogFooter>
    </form>
  );
}
