import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { CopyButton } from '../../../components/copy-button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatBytes, formatMoment, shortDigest } from '../../../components/format.ts';
import { Link } from '../../../shell/router.ts';
import { AliasEditor } from './alias-editor.tsx';
import { DescriptionEditor } from './description-editor.tsx';
import { LatestChecks } from './latest-checks.tsx';
import styles from './overview.module.css';
import { TagEditor } from './tag-editor.tsx';

/** A version in words: what it is, who made it from what, what it is called, and what used it. */
export function OverviewTab({ version }: { readonly version: DatasetVersion }) {
  const dataset = useQuery(orpc.datasets.get.queryOptions({ input: { dataset: version.datasetName } }));
  return (
    <div className={styles.tab}>
      <div>
        <section aria-labelledby="about">
          <h2 id="about">What it is</h2>
          {dataset.error ? <ErrorNotice error={dataset.error} /> : null}
          {dataset.data ? <DescriptionEditor key={dataset.data.description} dataset={dataset.data} /> : null}
        </section>
        <section aria-labelledby="facts">
          <h2 id="facts">v{version.version}</h2>
          <VersionFacts version={version} />
        </section>
        {version.rows === null ? null : <LatestChecks version={version} />}
      </div>
      <div>
        <section aria-labelledby="aliases">
          <h2 id="aliases">Aliases</h2>
          <p className={styles.note}>A name that points at one version and may be moved.</p>
          {dataset.data ? <AliasEditor version={version} aliases={dataset.data.aliases} /> : null}
        </section>
        <section aria-labelledby="tags">
          <h2 id="tags">Tags</h2>
          <p className={styles.note}>Facts about this version, with a value or without.</p>
          <TagEditor version={version} />
        </section>
        <UsedBy version={version} />
      </div>
    </div>
  );
}

function VersionFacts({ version }: { readonly version: DatasetVersion }) {
  const { parents, message, author, rows, columns, files, sizeBytes, format, source, digest } = version;
  return (
    <dl className={styles.facts}>
      <dt>message</dt>
      <dd>{message || <em>none</em>}</dd>
      <dt>made</dt>
      <dd>
        {formatMoment(version.createdAt)}
        {author ? ` by ${author}` : ''}
      </dd>
      <dt>from</dt>
      <dd className={styles.breaks}>{source}</dd>
      <dt>follows</dt>
      <dd>
        {parents.length === 0 ? <em>nothing: it is the first</em> : null}
        {parents.map((parent, index) => (
          <span key={parent.id}>
            {index > 0 ? ', ' : ''}
            <Link
              to={`/data/${encodeURIComponent(parent.datasetName)}?version=${parent.version}&tab=overview`}
            >
              {parent.datasetName} v{parent.version}
            </Link>
          </span>
        ))}
      </dd>
      <dt>holds</dt>
      <dd>
        {[
          rows === null ? null : counted(rows, 'row'),
          columns.length === 0 ? null : counted(columns.length, 'column'),
          counted(files, 'file'),
          formatBytes(sizeBytes),
        ]
          .filter(Boolean)
          .join(', ')}
      </dd>
      <dt>read as</dt>
      <dd>{format ?? 'files'}</dd>
      <dt>digest</dt>
      <dd>
        <code>{shortDigest(digest)}</code> <CopyButton value={digest} label="Copy the digest" />
      </dd>
    </dl>
  );
}

/** What reads a version, in a sentence each; the graph is in its own tab. */
function UsedBy({ version }: { readonly version: DatasetVersion }) {
  const name = version.datasetName;
  const uses = useQuery(
    orpc.lineage.dependents.queryOptions({ input: { dataset: name, version: version.version } }),
  );
  const { data } = uses;
  const lines = data
    ? [
        data.runs > 0 ? `${counted(data.runs, 'run')} read it` : null,
        data.models > 0 ? `${counted(data.models, 'model version')} came of it` : null,
        data.endpoints > 0
          ? counted(data.endpoints, 'endpoint serves such a model', 'endpoints serve such models')
          : null,
        data.laterVersions > 0
          ? counted(data.laterVersions, 'later version follows it', 'later versions follow it')
          : null,
      ].filter((line) => line !== null)
    : [];
  return (
    <section aria-labelledby="uses">
      <h2 id="uses">What used it</h2>
      {uses.error ? <ErrorNotice error={uses.error} /> : null}
      {data ? (
        <>
          <ul className={styles.lines}>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
            {lines.length === 0 ? <li>Nothing yet.</li> : null}
            <li>Deleting it frees {formatBytes(data.freesBytes)}.</li>
          </ul>
          <p>
            <Link to={`/data/${encodeURIComponent(name)}?version=${version.version}&tab=lineage`}>
              Show the lineage
            </Link>
          </p>
        </>
      ) : null}
    </section>
  );
}
