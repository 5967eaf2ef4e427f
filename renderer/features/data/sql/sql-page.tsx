import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import type { SavedQuery } from '../../../../app/contract/data-sql.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { formatCount } from '../../../components/format.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import screen from '../../../components/screen.module.css';
import { useQueryString } from '../../../shell/router.ts';
import type { SqlTable } from './complete-sql.ts';
import { ExportForm } from './export-form.tsx';
import { tableName } from './query-address.ts';
import { SaveDialog } from './save-dialog.tsx';
import styles from './sql.module.css';
import { SqlActions } from './sql-actions.tsx';
import { SqlAnswer } from './sql-answer.tsx';
import { SqlEditor } from './sql-editor.tsx';
import { SqlFault } from './sql-fault.tsx';
import { TableList } from './table-list.tsx';
import { useDisplay } from './use-display.ts';
import { useSqlRun } from './use-sql-run.ts';

/** SQL over the versions of a project: written, answered as a table or a chart, kept, exported. */
export function SqlPage() {
  const [query] = useQueryString();
  const [text, setText] = useState(query.get('query') ?? '');
  const [asked, setAsked] = useState<'save' | 'export' | null>(null);
  const editor = useRef<HTMLTextAreaElement>(null);
  const tables = useTables();
  const run = useSqlRun(text);
  const { result } = run;
  const [display, show] = useDisplay(result);
  const close = () => setAsked(null);

  const open = (saved: SavedQuery) => {
    setText(saved.query);
    show(saved.display);
    run.begin(saved.query);
  };
  const insert = (word: string) => {
    const field = editor.current;
    const at = field?.selectionStart ?? text.length;
    const next =
      text.trim() === '' ? `SELECT *\nFROM ${word}\nLIMIT 100` : text.slice(0, at) + word + text.slice(at);
    setText(next);
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(at + word.length, at + word.length);
    });
  };
  return (
    <div className={screen.page}>
      <PageHeader
        title="SQL"
        facts="Reads versions of data sets, and nothing else"
        actions={
          <SqlActions
            isEmpty={text.trim() === ''}
            isPending={run.isPending}
            onSave={() => setAsked('save')}
            onExport={() => setAsked('export')}
            onRun={() => run.begin(text)}
            onCancel={run.cancel}
          />
        }
      />
      <div className={styles.page}>
        <TableList
          tables={tables}
          onInsert={insert}
          onOpen={open}
          nameOf={(name) => tableName(name, 0, true)}
        />
        <div className={styles.main}>
          <SqlEditor
            editor={editor}
            text={text}
            tables={tables}
            onChange={setText}
            onRun={() => run.begin(text)}
          />
          {run.isPending ? <ProgressBar fraction={null} label="The query is answered" /> : null}
          <SqlFault run={run} text={text} editor={editor} />
          {result && !run.error ? <SqlAnswer result={result} display={display} onDisplay={show} /> : null}
          {!result && !run.error && !run.isPending ? <FirstHint tables={tables.length} /> : null}
        </div>
      </div>
      {asked === 'save' ? <SaveDialog query={text} display={display} onClose={close} /> : null}
      {asked === 'export' ? (
        <Dialog opened title="Export the result?" onClose={close} size={520}>
          <ExportForm query={text} suggestedName="result" kinds={['file', 'dataset']} onClose={close} />
        </Dialog>
      ) : null}
    </div>
  );
}

/** The latest versions of this project that are tables. */
function useTables(): readonly SqlTable[] {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  return useMemo(
    () =>
      (datasets.data ?? []).flatMap(({ name, latest }) =>
        latest.rows === null ? [] : [{ dataset: name, columns: latest.columns }],
      ),
    [datasets.data],
  );
}

function FirstHint({ tables }: { readonly tables: number }) {
  return (
    <p className={styles.hint}>
      <code>FROM digits</code> is the latest version, <code>FROM "digits@2"</code> that one. One statement
      that reads; {tables === 0 ? 'import a table first.' : `${formatCount(tables)} tables are at the left.`}
    </p>
  );
}
