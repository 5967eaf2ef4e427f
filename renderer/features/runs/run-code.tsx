import { IconFileCode, IconFileDiff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatBytes } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { useQueryString } from '../../shell/router.ts';
import { CodeText } from './code-text.tsx';
import styles from './run-report.module.css';

/** In place of a path: the changes that were not committed. */
const changes = ' changes';

/** The code as it was when the run was made: where it came from, its files, and what was not committed. */
export function RunCode({ run }: { readonly run: RunDetail }) {
  const [query, setQuery] = useQueryString();
  const code = useQuery(orpc.runs.code.queryOptions({ input: { id: run.id } }));
  const files = code.data?.files ?? [];
  const asked = query.get('file');
  const program = mainFile(
    run,
    files.map(({ path }) => path),
  );
  const path = asked ?? (code.data?.diff ? changes : program);
  const text = useQuery({
    ...orpc.runs.code.queryOptions({ input: { id: run.id, path: path ?? '-' } }),
    enabled: path !== null && path !== changes,
  });
  if (code.error) return <ErrorNotice error={code.error} />;
  if (!code.data) return <p className={screen.waiting}>Reading the code</p>;
  const choose = (file: string) => setQuery({ file });
  return (
    <div className={screen.page}>
      <CodeFacts run={run} />
      <div className={styles.split}>
        <nav className={styles.files} aria-label="Files">
          {code.data.diff ? (
            <button type="button" aria-current={path === changes} onClick={() => choose(changes)}>
              <IconFileDiff size={14} stroke={1.5} aria-hidden />
              <span>Uncommitted changes</span>
            </button>
          ) : null}
          {files.map((file) => (
            <button
              key={file.path}
              type="button"
              aria-current={file.path === path}
              title={file.path}
              onClick={() => choose(file.path)}
            >
              <IconFileCode size={14} stroke={1.5} aria-hidden />
              <span>{file.path}</span>
              <small>{formatBytes(file.sizeBytes)}</small>
            </button>
          ))}
        </nav>
        <div className={styles.shown}>
          {path === changes ? (
            <CodeText label="Uncommitted changes" text={code.data.diff ?? ''} patch />
          ) : text.error ? (
            <ErrorNotice error={text.error} />
          ) : text.data ? (
            text.data.text === null ? (
              <p className={screen.waiting}>This file is no text, or larger than 1 MiB.</p>
            ) : (
              <CodeText key={path} label={path ?? 'File'} text={text.data.text} />
            )
          ) : (
            <p className={screen.waiting}>
              {files.length === 0 ? 'The snapshot has no files.' : 'Reading the file'}
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

function CodeFacts({ run: { code } }: { readonly run: RunDetail }) {
  if (!code) return null;
  const { git } = code;
  return (
    <div className={styles.facts}>
      <span>
        {counted(code.files, 'file')}, {formatBytes(code.sizeBytes)}, from <code>{code.folder}</code>
      </span>
      {git ? (
        <span>
          Git <code>{git.branch ?? 'no branch'}</code> at{' '}
          <code>{git.commit?.slice(0, 12) ?? 'no commit yet'}</code>
          {git.commit ? <CopyButton value={git.commit} label="Copy the commit" /> : null}
          {git.dirty ? ', with uncommitted changes' : ', nothing uncommitted'}
        </span>
      ) : (
        <span>Not under Git</span>
      )}
      {git?.remote ? (
        <span>
          <code>{git.remote}</code>
        </span>
      ) : null}
    </div>
  );
}

/** The file that the command names, else the first. */
function mainFile({ recipe }: RunDetail, paths: readonly string[]): string | null {
  const command = recipe?.command;
  const words = typeof command === 'string' ? command.split(/\s+/) : (command ?? []);
  return paths.find((path) => words.includes(path) || words.includes(`./${path}`)) ?? paths[0] ?? null;
}
