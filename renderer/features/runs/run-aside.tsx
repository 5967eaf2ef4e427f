import { IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Artifact, RunDetail, Series } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { counted, formatBytes, formatMetric } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import screen from '../../components/screen.module.css';
import { Link, navigate } from '../../shell/router.ts';
import { executionFacts, summaryWords } from './execution-facts.ts';
import { orderedMetrics } from './metrics.ts';
import { useRunActions } from './run-actions.ts';
import { artifactIcons, saveArtifact } from './run-artifacts.tsx';
import { formatParameter } from './run-cells.tsx';
import { RunChecks } from './run-checks.tsx';
import { SystemList } from './run-system.tsx';
import styles from './runs.module.css';

interface RunAsideProps {
  readonly run: RunDetail;
  readonly system: readonly Series[];
}

/** Artifacts that stand here; the rest is on their own view. */
const shownArtifacts = 12;

/** Everything that was captured of a run, pane by pane. */
export function RunAside({ run, system }: RunAsideProps) {
  const params = Object.entries(run.params);
  const metrics = orderedMetrics(Object.keys(run.metrics));
  return (
    <aside className={styles.aside} aria-label="Captured with the run">
      {run.checks.length > 0 ? (
        <Part title="Checks" count={run.checks.length}>
          <RunChecks checks={run.checks} />
        </Part>
      ) : null}
      {system.length > 0 ? (
        <Part title="System" note={<Link to={`/runs/${run.id}?view=system`}>Charts</Link>}>
          <SystemList series={system} />
        </Part>
      ) : null}
      <Part title="Execution">
        <Pairs pairs={executionFacts(run)} />
      </Part>
      {Object.keys(run.summary).length > 0 ? (
        <Part title="Summary" count={Object.keys(run.summary).length}>
          <Pairs pairs={Object.entries(run.summary).map(([key, value]) => [key, summaryWords(value)])} />
        </Part>
      ) : null}
      <Part title="Parameters" count={params.length}>
        <Pairs pairs={params.map(([key, value]) => [key, formatParameter(value)])} />
      </Part>
      <Part title="Metrics" count={metrics.length} note="last, least, greatest">
        {metrics.length === 0 ? <p className={screen.quiet}>None recorded yet.</p> : null}
        <table className={styles.metricTable}>
          <tbody>
            {metrics.map((key) => {
              const summary = run.metricSummaries[key];
              const many = summary && summary.points > 1;
              return (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{formatMetric(Number(run.metrics[key]))}</td>
                  <td>{many ? formatMetric(Number(summary.min)) : ''}</td>
                  <td>{many ? formatMetric(Number(summary.max)) : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Part>
      {run.inputs.length > 0 || run.parentRunId ? (
        <Part title="Inputs" note={<Link to={`/lineage?run=${run.id}`}>Lineage</Link>}>
          {run.inputs.map((input) => (
            <dl key={input.datasetVersionId} className={`${screen.pairs} ${styles.pairs}`}>
              <dt>{run.inputs.length > 1 ? input.name : 'dataset'}</dt>
              <dd>
                <Link to={`/data/${encodeURIComponent(input.datasetName)}?version=${input.version}`}>
                  {input.datasetName} v{input.version}
                </Link>
              </dd>
              {input.split ? (
                <>
                  <dt>split</dt>
                  <dd>
                    {input.split.name}
                    {input.split.fold === undefined ? '' : `, fold ${input.split.fold} held out`}
                  </dd>
                </>
              ) : null}
              <dt>digest</dt>
              <dd className={styles.mono}>
                {input.digest.slice(0, 12)} <CopyButton value={input.digest} label="Copy the digest" />
              </dd>
            </dl>
          ))}
          {run.parentRunId ? (
            <dl className={`${screen.pairs} ${styles.pairs}`}>
              <dt>repeats</dt>
              <dd>
                <Link to={`/runs/${run.parentRunId}`}>the run before it</Link>
              </dd>
            </dl>
          ) : null}
        </Part>
      ) : null}
      <Tags run={run} />
      <Part title="Artifacts" count={run.artifacts.length}>
        {run.artifacts.length === 0 ? <p className={screen.quiet}>None yet.</p> : null}
        {run.artifacts.slice(0, shownArtifacts).map((artifact) => (
          <ArtifactRow key={artifact.id} run={run} artifact={artifact} />
        ))}
        {run.artifacts.length > shownArtifacts ? (
          <Link to={`/runs/${run.id}?view=artifacts`}>All {run.artifacts.length}</Link>
        ) : null}
      </Part>
      <Environment environment={run.environment} />
    </aside>
  );
}

function Part(props: {
  readonly title: string;
  readonly count?: number;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles.part}>
      <h2>
        {props.title} {props.count === undefined ? null : <small>{props.count}</small>}
        {props.note ? <span>{props.note}</span> : null}
      </h2>
      {props.children}
    </section>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl className={`${screen.pairs} ${styles.pairs}`}>
      {pairs.map(([key, value]) => (
        <div key={key}>
          <dt title={key}>{key}</dt>
          <dd className={styles.mono} title={value}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What can be shown opens; anything else is downloaded. */
function ArtifactRow({ run, artifact }: { readonly run: RunDetail; readonly artifact: Artifact }) {
  const [busy, setBusy] = useState(false);
  const shows = artifact.kind === 'image' || artifact.kind === 'table';
  const download = async () => {
    setBusy(true);
    await saveArtifact(artifact).catch(notify.error);
    setBusy(false);
  };
  const Icon = artifactIcons[artifact.kind];
  return (
    <button
      type="button"
      className={styles.artifact}
      disabled={busy}
      title={`${shows ? 'Show' : 'Download'} ${artifact.path}`}
      onClick={() =>
        shows
          ? navigate(`/runs/${run.id}?view=artifacts&file=${encodeURIComponent(artifact.path)}`)
          : void download()
      }
    >
      <Icon size={14} stroke={1.5} aria-hidden />
      <span>{artifact.path}</span>
      <small>{formatBytes(artifact.sizeBytes)}</small>
    </button>
  );
}

/** Facts of the environment; the versions of packages are many and are opened on request. */
function Environment({ environment }: Pick<RunDetail, 'environment'>) {
  const [opened, setOpened] = useState(false);
  const entries = Object.entries(environment);
  const packages = entries.filter(([key]) => key.startsWith('package.'));
  return (
    <Part title="Environment">
      <Pairs pairs={entries.filter(([key]) => !key.startsWith('package.'))} />
      {packages.length > 0 ? (
        <button
          type="button"
          className={styles.packages}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {opened ? 'Hide' : 'Show'} {counted(packages.length, 'package')}
        </button>
      ) : null}
      {opened ? (
        <Pairs pairs={packages.map(([key, version]) => [key.slice('package.'.length), version])} />
      ) : null}
    </Part>
  );
}

function Tags({ run }: { readonly run: RunDetail }) {
  const actions = useRunActions();
  const [text, setText] = useState('');
  const add = () => {
    const [key = '', ...rest] = text.split('=');
    if (key.trim() === '') return;
    void actions.setTag(run, key.trim(), rest.join('=').trim());
    setText('');
  };
  return (
    <Part title="Tags" count={Object.keys(run.tags).length}>
      <div className={styles.tags}>
        {Object.entries(run.tags).map(([key, value]) => (
          <span key={key} className={styles.tag}>
            {value === '' ? key : `${key}=${value}`}
            <button
              type="button"
              title={`Remove the tag ${key}`}
              onClick={() => void actions.setTag(run, key, null)}
            >
              <IconX size={12} stroke={1.5} aria-hidden />
              <span className="sr-only">Remove the tag {key}</span>
            </button>
          </span>
        ))}
        <form
          className={styles.addTag}
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <input
            aria-label="New tag"
            placeholder="key=value"
            value={text}
            maxLength={250}
            onChange={(event) => setText(event.target.value)}
          />
          {text.trim() === '' ? null : <Button type="submit">Add</Button>}
        </form>
      </div>
    </Part>
  );
}
