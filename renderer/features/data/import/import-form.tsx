import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useRef } from 'react';
import { orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { SegmentedChoice } from '../../../components/segments.tsx';
import styles from '../data.module.css';
import { DropFiles } from '../drop-files.tsx';
import { FileFields } from './file-fields.tsx';
import { sourceKinds } from './import-draft.ts';
import { OptionFields } from './option-fields.tsx';
import { SendingBar } from './sending-bar.tsx';
import { sourceCost, whatIsMissing } from './source-cost.ts';
import { SourceFields } from './source-fields.tsx';
import type { ImportWish } from './use-import.ts';
import { useSecretsLocked } from './use-secrets-locked.ts';

interface ImportFormProps {
  readonly wish: ImportWish;
  readonly onClose: () => void;
}

/** Where data comes from, and what it is to be called. */
export function ImportForm({ wish, onClose }: ImportFormProps) {
  const { draft, change, files, setFiles, name } = wish;
  const info = useQuery(orpc.system.info.queryOptions());
  const form = useRef<HTMLFormElement>(null);
  const missing = whatIsMissing(wish, useSecretsLocked());
  const mayBegin = wish.isReady && missing === null && !wish.isBusy;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (mayBegin) wish.begin();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
  };
  return (
    <DropFiles
      onDrop={(more) => {
        change({ kind: 'files' });
        setFiles([...files, ...more]);
      }}
    >
      <form ref={form} className={styles.form} onSubmit={onSubmit} onKeyDown={onKeyDown}>
        <div>
          <SegmentedChoice
            label="Where the data comes from"
            chosen={draft.kind}
            options={sourceKinds}
            onChoose={(next) => change({ kind: next, credential: '' })}
          />
        </div>
        {draft.kind === 'files' ? (
          <FileFields
            desktop={info.data?.host === 'electron'}
            files={files}
            paths={draft.paths}
            onFiles={setFiles}
            onPaths={(paths) => change({ paths })}
          />
        ) : (
          <SourceFields draft={draft} onChange={change} />
        )}
        {wish.problem ? <p className={styles.problem}>{wish.problem}</p> : null}
        <NameFields wish={wish} />
        <OptionFields draft={draft} tagProblem={wish.tagProblem} onChange={change} />
        {wish.sentBytes === null ? null : (
          <SendingBar sentBytes={wish.sentBytes} totalBytes={wish.totalBytes} />
        )}
        {wish.error ? <ErrorNotice error={wish.error} /> : null}
        <DialogFooter note={missing ?? sourceCost(wish)}>
          <Button
            variant="quiet"
            onClick={() => {
              wish.stopSending();
              onClose();
            }}
          >
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={!mayBegin} title={missing ?? undefined}>
            Import{name ? ` as ${name}` : ''}
          </Button>
        </DialogFooter>
      </form>
    </DropFiles>
  );
}

function NameFields({ wish }: { readonly wish: ImportWish }) {
  return (
    <div className={styles.pair}>
      <Field label="Dataset" error={wish.nameProblem} help="A name that exists gets a new version">
        {(field) => (
          <input
            {...field}
            value={wish.typedName}
            placeholder={wish.nameByItself || 'name'}
            onChange={({ target }) => wish.setName(target.value)}
          />
        )}
      </Field>
      <Field label="Message" help="What changed and why">
        {(field) => (
          <input {...field} value={wish.message} onChange={({ target }) => wish.setMessage(target.value)} />
        )}
      </Field>
    </div>
  );
}
