import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Artifact } from '../../../app/contract/runs.contract.ts';
import { client } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, shortDigest } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import styles from './artifact-preview.module.css';
import { CodeText } from './code-text.tsx';
import { readDelimited } from './delimited.ts';
import report from './run-report.module.css';

/** A picture is shown up to this size, the beginning of a text up to that one. */
const pictureBytes = 8_388_608;
const textBytes = 262_144;
/** Rows of a table that are drawn. */
const shownRows = 500;

const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
};

/** A look into an artifact: the picture, the first rows or lines, or what is known of what cannot be shown. */
export function ArtifactPreview({ artifact }: { readonly artifact: Artifact }) {
  const extension = artifact.path.split('.').at(-1)?.toLowerCase() ?? '';
  const imageType = imageTypes[extension];
  if (artifact.kind === 'image' && imageType && artifact.sizeBytes <= pictureBytes)
    return <Picture artifact={artifact} type={imageType} />;
  if (extension === 'csv' || extension === 'tsv') return <Cells artifact={artifact} extension={extension} />;
  if (/^(txt|log|md|json|jsonl|ya?ml|toml|ini|py|sh|html?|xml|cfg)$/.test(extension))
    return <Text artifact={artifact} />;
  return (
    <div className={report.facts}>
      <span>
        {artifact.kind}, {formatBytes(artifact.sizeBytes)}
      </span>
      <span>
        Digest <code>{shortDigest(artifact.digest)}</code>
      </span>
      <span>Nothing of it can be shown here; download it to look inside.</span>
    </div>
  );
}

/** The first bytes of an artifact; what an id names never changes, so they are read once. */
function useBytes({ id, sizeBytes }: Artifact, most: number) {
  const length = Math.max(1, Math.min(sizeBytes, most));
  return useQuery({
    queryKey: ['artifact-bytes', id, length],
    queryFn: async () => (await client.runs.artifactBytes({ id, offset: 0, length })).arrayBuffer(),
  });
}

function useText(artifact: Artifact) {
  const bytes = useBytes(artifact, textBytes);
  const text = useMemo(() => (bytes.data ? new TextDecoder().decode(bytes.data) : null), [bytes.data]);
  return { text, error: bytes.error };
}

function Picture({ artifact, type }: { readonly artifact: Artifact; readonly type: string }) {
  const { data, error } = useBytes(artifact, pictureBytes);
  const [url, setUrl] = useState<string | null>(null);
  const [tiny, setTiny] = useState(false);
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(new Blob([data], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data, type]);
  if (error) return <ErrorNotice error={error} />;
  return (
    <div className={styles.picture}>
      {url ? (
        <img
          src={url}
          alt={artifact.key ?? artifact.path}
          data-tiny={tiny || undefined}
          onLoad={({ currentTarget }) => setTiny(currentTarget.naturalWidth <= 112)}
        />
      ) : (
        <p className={screen.quiet}>Reading the picture</p>
      )}
    </div>
  );
}

function Cells({ artifact, extension }: { readonly artifact: Artifact; readonly extension: string }) {
  const { text, error } = useText(artifact);
  const whole = artifact.sizeBytes <= textBytes;
  const table = useMemo(
    () => readDelimited(text ?? '', { delimiter: extension === 'tsv' ? '\t' : ',', whole }),
    [text, extension, whole],
  );
  if (error) return <ErrorNotice error={error} />;
  if (text === null) return <p className={screen.waiting}>Reading the table</p>;
  const more = !whole || table.rows.length > shownRows;
  return (
    <section
      className={styles.cells}
      aria-label={artifact.path}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            {table.head.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places, and may share a name
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, shownRows).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows keep their places
            <tr key={at}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more ? <p className={screen.waiting}>The first rows; download it for all of them.</p> : null}
    </section>
  );
}

function Text({ artifact }: { readonly artifact: Artifact }) {
  const { text, error } = useText(artifact);
  if (error) return <ErrorNotice error={error} />;
  if (text === null) return <p className={screen.waiting}>Reading the text</p>;
  const cut = artifact.sizeBytes > textBytes ? `\n… ${formatBytes(artifact.sizeBytes - textBytes)} more` : '';
  return <CodeText label={artifact.path} text={text + cut} />;
}
