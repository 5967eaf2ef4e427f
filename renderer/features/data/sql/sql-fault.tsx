import type { RefObject } from 'react';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import screen from '../../../components/screen.module.css';
import { errorPlace } from './error-place.ts';
import styles from './sql.module.css';
import type { SqlRun } from './use-sql-run.ts';

interface SqlFaultProps {
  readonly run: Pick<SqlRun, 'error' | 'wasCancelled'>;
  readonly text: string;
  readonly editor: RefObject<HTMLTextAreaElement | null>;
}

/** Why a query was not answered, and the way to the place that is at fault. */
export function SqlFault({ run: { error, wasCancelled }, text, editor }: SqlFaultProps) {
  if (!error) return null;
  if (wasCancelled) return <p className={screen.waiting}>The query was cancelled.</p>;
  const place = errorPlace(error.message, text);
  return (
    <div className={styles.fault}>
      <ErrorNotice error={error} />
      {place === null ? null : (
        <Button
          size="small"
          onClick={() => {
            editor.current?.focus();
            editor.current?.setSelectionRange(place, wordEnd(text, place));
          }}
        >
          Go to the place
        </Button>
      )}
    </div>
  );
}

/** Where the word ends that begins at a place. */
function wordEnd(text: string, from: number): number {
  return from + (/^(?:"[^"]*"|\w+|.)/s.exec(text.slice(from))?.[0].length ?? 0);
}
