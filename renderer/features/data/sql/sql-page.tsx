import { IconDeviceFloppy, IconFileExport, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ResultDisplay, SavedQuery, SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatCount, formatDuration } from '../../../components/format.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import screen from '../../../components/screen.module.css';
import { useQueryString } from '../../../shell/router.ts';
import type { SqlTable } from './complete-sql.ts';
import { DisplayChoice } from './display-choice.tsx';
import { errorPlace } from './error-place.ts';
import { ExportForm } from './export-form.tsx';
import { tableName } from './query-address.ts';
import { ResultChart } from './result-chart.tsx';
import { ResultTable } from './result-table.tsx';
import { SaveDialog } from './save-dialog.tsx';
import styles from './sql.module.css';
import { SqlEditor } from './sql-editor.tsx';
import { TableList } from './table-list.tsx';

/** A query longer than this is not written into the address. */
const mostAddressCharacters = 6000;

/** SQL over the versions of a project: written, answered as a table or a chart, kept, exported. */
export function SqlPage() {
  const [query, setQuery] = useQueryString();
  const [text, setText] = useState(query.get('query') ?? '');
  const [result, setResult] = useState<SqlResult | null>(null);
  const [asked, setAsked] = useState<'save' | 'export' | null>(null);
  const editor = useRef<HTMLTextAreaElement>(null);
  const stop = useRef<AbortController | null>(null);
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const tables = useMemo(
    (): SqlTable[] =>
      (datasets.data ?? []).flatMap(({ name, latest }) =>
        latest.rows === null ? [] : [{ dataset: name, columns: latest.columns }],
      ),
    [datasets.data],
  );

  const run = useMutation({
    mutationFn: (sql: string) => {
      stop.current = new AbortController();
      return client.dataTables.sql.run({ query: sql }, { signal: stop.current.signal });
    },
    onSuccess: setResult,
  });
  const begin = (sql = text) => {
    if (sql.trim() === '' || run.isPending) return;
    setQuery({ query: sql.length <= mostAddressCharacters ? sql : null });
    run.mutate(sql);
  };
  const cancelled = stop.current?.signal.aborted === true;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link that brings a query is answered once, when it is opened
  useEffect(() => {
    if (text !== '') begin();
    return () => stop.current?.abort();
  }, []);

  const display = useMemo((): ResultDisplay => {
    const kind = query.get('show') as ResultDisplay['kind'] | null;
    if (kind === null) return firstDisplay(result);
    return { kind, x: query.get('x'), y: query.getAll('y').flatMap((names) => names.split(',')) };
  }, [query, result]);
  const show = ({ kind, x, y }: ResultDisplay) =>
    setQuery({
      show: kind,
      x: kind === 'table' ? null : x,
      y: kind === 'table' ? null : y.join(',') || null,
    });

  const open = (saved: SavedQuery) => {
    setText(saved.query);
    show(saved.display);
    begin(saved.query);
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
  const place = run.error ? errorPlace(run.error.message, text) : null;
  return (
    <div className={screen.page}>
      <PageHeader
        title="SQL"
        facts="Reads versions of data sets, and nothing else"
        actions={
          <>
            <Button
              variant="quiet"
              icon={<IconDeviceFloppy size={16} stroke={1.5} aria-hidden />}
              disabled={text.trim() === ''}
              onClick={() => setAsked('save')}
            >
              Save
            </Button>
            <Button
              icon={<IconFileExport size={16} stroke={1.5} aria-hidden />}
              disabled={text.trim() === ''}
              onClick={() => setAsked('export')}
            >
              Export
            </Button>
            {run.isPending ? (
              <Button
                icon={<IconPlayerStop size={16} stroke={1.5} aria-hidden />}
                onClick={() => stop.current?.abort()}
              >
                Cancel
              </Button>
            ) : (
              <Button
                variant="primary"
                keyCap="Ctrl ⏎"
                icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
                disabled={text.trim() === ''}
                onClick={() => begin()}
              >
                Run
              </Button>
            )}
          </>
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
          <SqlEditor editor={editor} text={text} tables={tables} onChange={setText} onRun={() => begin()} />
          {run.isPending ? <ProgressBar fraction={null} label="The query is answered" /> : null}
          {run.error && !cancelled ? (
            <div className={styles.fault}>
              <ErrorNotice error={run.error} />
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
          ) : null}
          {run.error && cancelled ? <p className={screen.waiting}>The query was cancelled.</p> : null}
          {result && !run.error ? (
            <>
              <div className={styles.answer}>
                <span role="status">
                  {counted(result.totalRows, 'row')}
                  {result.truncated ? ' kept of more; an export writes them all' : ''} in{' '}
                  {formatDuration(result.durationMs)}
                </span>
                <DisplayChoice columns={result.columns} display={display} onChange={show} />
              </div>
              {display.kind === 'table' ? (
                <ResultTable key={result.result} result={result} />
              ) : (
                <ResultChart result={result} display={display} />
              )}
            </>
          ) : null}
          {!result && !run.error && !run.isPending ? (
            <p className={styles.hint}>
              <code>FROM digits</code> is the latest version, <code>FROM "digits@2"</code> that one. One
              statement that reads;{' '}
              {tables.length === 0
                ? 'import a table first.'
                : `${formatCount(tables.length)} tables are at the left.`}
            </p>
          ) : null}
        </div>
      </div>
      {asked === 'save' ? <SaveDialog query={text} display={display} onClose={() => setAsked(null)} /> : null}
      {asked === 'export' ? (
        <Dialog opened title="Export the result?" onClose={() => setAsked(null)} size={520}>
          <ExportForm
            query={text}
            suggestedName="result"
            kinds={['file', 'dataset']}
            onClose={() => setAsked(null)}
          />
        </Dialog>
      ) : null}
    </div>
  );
}

/** More rows than these are looked at as a table first. */
const mostDrawnAtOnce = 2000;

/** How a result shows before somebody chose: as what suits it, and of one column, because others may be of another size altogether. */
function firstDisplay(result: SqlResult | null): ResultDisplay {
  if (!result || result.totalRows > mostDrawnAtOnce) return { kind: 'table', x: null, y: [] };
  return { ...result.suggested, y: result.suggested.y.slice(0, 1) };
}

/** Where the word ends that begins at a place. */
function wordEnd(text: string, from: number): number {
  return from + (/^(?:"[^"]*"|\w+|.)/s.exec(text.slice(from))?.[0].length ?? 0);
}
