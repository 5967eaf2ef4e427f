import { IconBox, IconFile, IconPhoto, IconTable } from '@tabler/icons-react';
import { useState } from 'react';
import type { Artifact, RunDetail } from '../../../app/contract/runs.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { useQueryString } from '../../shell/router.ts';
import { downloadInSlices } from '../models/download.ts';
import { ArtifactPreview } from './artifact-preview.tsx';
import styles from './run-report.module.css';

export const artifactIcons = { model: IconBox, image: IconPhoto, table: IconTable, file: IconFile };
const kinds = [
  ['model', 'Models'],
  ['image', 'Images'],
  ['table', 'Tables'],
  ['file', 'Files'],
] as const;

interface RunArtifactsProps {
  readonly run: RunDetail;
  readonly onRegister: (artifact: Artifact) => void;
}

/** What a run left, by kind, with a look into what can be shown. */
export function RunArtifacts({ run, onRegister }: RunArtifactsProps) {
  const [query, setQuery] = useQueryString();
  const asked = query.get('file');
  const groups = kinds
    .map(([kind, title]) => ({ title, artifacts: run.artifacts.filter((one) => one.kind === kind) }))
    .filter(({ artifacts }) => artifacts.length > 0);
  const chosen = run.artifacts.find(({ path }) => path === asked) ?? groups[0]?.artifacts[0];
  return (
    <div className={styles.split}>
      <nav className={styles.files} aria-label="Artifacts">
        {groups.map(({ title, artifacts }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            {artifacts.map((artifact) => {
              const Icon = artifactIcons[artifact.kind];
              return (
                <button
                  key={artifact.id}
                  type="button"
                  title={artifact.path}
                  aria-current={artifact === chosen}
                  onClick={() => setQuery({ file: artifact.path })}
                >
                  <Icon size={14} stroke={1.5} aria-hidden />
                  <span>
                    {artifact.key ?? artifact.path}
                    {artifact.step === null ? '' : `, step ${artifact.step.toLocaleString('en-US')}`}
                  </span>
                  <small>{formatBytes(artifact.sizeBytes)}</small>
                </button>
              );
            })}
          </section>
        ))}
      </nav>
      {chosen ? <Shown key={chosen.id} artifact={chosen} onRegister={onRegister} /> : null}
    </div>
  );
}

function Shown(props: { readonly artifact: Artifact; readonly onRegister: (artifact: Artifact) => void }) {
  const { artifact, onRegister } = props;
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await saveArtifact(artifact).catch(notify.error);
    setBusy(false);
  };
  return (
    <div className={styles.shown}>
      <header className={styles.shownHead}>
        <b title={artifact.path}>{artifact.path}</b>
        <span>
          {artifact.kind === 'model' ? (
            <Button onClick={() => onRegister(artifact)}>Register as a model</Button>
          ) : null}
          <Button disabled={busy} onClick={() => void download()}>
            Download
          </Button>
        </span>
      </header>
      <ArtifactPreview artifact={artifact} />
    </div>
  );
}

/** Saves an artifact as a file of the browser. */
export function saveArtifact({ id, path, sizeBytes }: Artifact): Promise<void> {
  return downloadInSlices(path.split('/').at(-1) ?? 'artifact', sizeBytes, (offset, length) =>
    client.runs.artifactBytes({ id, offset, length }),
  );
}
