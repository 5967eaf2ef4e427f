import { IconDownload, IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ModelVersion } from '../../../app/contract/models.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, formatClock, formatMetric } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { Link, navigate, useQueryString } from '../../shell/router.ts';
import { mainMetric, metricOf, orderedMetrics } from '../runs/metrics.ts';
import { AliasEditor } from './alias-editor.tsx';
import { downloadInSlices } from './download.ts';
import styles from './models.module.css';
import { SignatureTable } from './signature-table.tsx';

/** One model: its versions, and all that is known of the one chosen. */
export function ModelPage({ modelName }: { readonly modelName: string }) {
  const model = useQuery(orpc.models.get.queryOptions({ input: { model: modelName } }));
  const [query, setQuery] = useQueryString();
  if (model.error) return <ErrorNotice error={model.error} />;
  if (!model.data) return <p className={screen.waiting}>Reading the model</p>;
  const { allVersions, latest } = model.data;
  const asked = Number(query.get('version') ?? latest.version);
  const chosen = allVersions.find(({ version }) => version === asked) ?? latest;
  return (
    <div className={screen.page}>
      <PageHeader
        title={model.data.name}
        facts={`${allVersions.length} ${allVersions.length === 1 ? 'version' : 'versions'}, ${chosen.task ?? 'task unknown'}`}
        actions={<VersionActions version={chosen} />}
      />
      <div className={styles.columns}>
        <nav className={styles.versions} aria-label="Versions">
          <h2>
            Versions <small>{allVersions.length}</small>
          </h2>
          {allVersions.map((version) => (
            <VersionEntry
              key={version.id}
              version={version}
              latest={version.id === latest.id}
              chosen={version.id === chosen.id}
              onChoose={() => setQuery({ version: String(version.version) })}
            />
          ))}
          <p>Versions never change. An alias is a name that moves between them.</p>
        </nav>
        <VersionDetail version={chosen} aliases={model.data.aliases} />
      </div>
    </div>
  );
}

function VersionActions({ version }: { readonly version: ModelVersion }) {
  const queries = useQueryClient();
  const [downloading, setDownloading] = useState(false);
  const serve = useMutation({
    mutationFn: () => client.serving.start({ model: `${version.modelName}@${version.version}` }),
    onSuccess: async (endpoint) => {
      await queries.invalidateQueries({ queryKey: orpc.serving.key() });
      navigate(`/endpoints/${encodeURIComponent(endpoint.name)}`);
    },
    onError: (error) => notify.error(error),
  });
  const download = async () => {
    setDownloading(true);
    try {
      const name = `${version.modelName}-v${version.version}.onnx`;
      await downloadInSlices(name, version.sizeBytes, (offset, length) =>
        client.models.bytes({ id: version.id, offset, length }),
      );
    } catch (error) {
      notify.error(error);
    } finally {
      setDownloading(false);
    }
  };
  return (
    <>
      <Button
        disabled={downloading}
        icon={<IconDownload size={16} stroke={1.5} aria-hidden />}
        onClick={() => void download()}
      >
        Download ONNX
      </Button>
      <Button
        variant="primary"
        disabled={serve.isPending}
        icon={<IconPlugConnected size={16} stroke={1.5} aria-hidden />}
        onClick={() => serve.mutate()}
      >
        {serve.isPending ? 'Starting' : `Serve v${version.version}`}
      </Button>
    </>
  );
}

interface VersionEntryProps {
  readonly version: ModelVersion;
  readonly latest: boolean;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function VersionEntry({ version, latest, chosen, onChoose }: VersionEntryProps) {
  const key = mainMetric([version]);
  return (
    <button type="button" className={styles.version} aria-current={chosen || undefined} onClick={onChoose}>
      <i />
      <span>
        <b>v{version.version}</b>
        {latest ? <Badge tone="accent">latest</Badge> : null}
        {version.aliases.map((alias) => (
          <Badge key={alias} tone="outline">
            @{alias}
          </Badge>
        ))}
      </span>
      <span>{version.description || (version.runName ? `from ${version.runName}` : 'from a file')}</span>
      {key === null ? null : (
        <span className={screen.mono}>
          {key} {formatMetric(metricOf(version, key))}
        </span>
      )}
      <small>{formatClock(version.createdAt)}</small>
    </button>
  );
}

/** A value too long for a line: its size, and a way to take it all. */
function LongText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <>
      {formatBytes(text.length)} <CopyButton value={text} label={`Copy ${label}`} />
    </>
  );
}

function VersionDetail(props: {
  readonly version: ModelVersion;
  readonly aliases: Readonly<Record<string, number>>;
}) {
  const { version } = props;
  const metrics = orderedMetrics(Object.keys(version.metrics));
  const metadata = Object.entries(version.metadata);
  return (
    <div className={styles.detail}>
      <section>
        <h2>Aliases</h2>
        <AliasEditor version={version} aliases={props.aliases} />
      </section>
      <section>
        <h2>
          Signature <small>from the model file</small>
        </h2>
        <SignatureTable signature={version.signature} labels={version.labels} />
      </section>
      <section>
        <h2>Metrics</h2>
        {metrics.length === 0 ? <p className={screen.quiet}>The file brings none.</p> : null}
        <dl className={`${screen.pairs} ${styles.pairs}`}>
          {metrics.map((key) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd className={screen.mono}>{formatMetric(metricOf(version, key))}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h2>
          Where it came from{' '}
          <small>
            <Link to={`/lineage?model=${encodeURIComponent(`${version.modelName}@${version.version}`)}`}>
              Lineage
            </Link>
          </small>
        </h2>
        <dl className={`${screen.pairs} ${styles.pairs}`}>
          <div>
            <dt>made by</dt>
            <dd>
              {version.runId ? (
                <Link to={`/runs/${version.runId}`}>{version.runName ?? 'a run'}</Link>
              ) : (
                'an ONNX file'
              )}
            </dd>
          </div>
          <div>
            <dt>digest</dt>
            <dd className={screen.mono}>
              {version.digest.slice(0, 12)} <CopyButton value={version.digest} label="Copy the digest" />
            </dd>
          </div>
          <div>
            <dt>size</dt>
            <dd>{formatBytes(version.sizeBytes)}</dd>
          </div>
          {metadata.map(([key, value]) => (
            <div key={key}>
              <dt title={key}>{key}</dt>
              <dd className={screen.mono} title={value.slice(0, 1000)}>
                {value.length > 80 ? <LongText label={key} text={value} /> : value}
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
