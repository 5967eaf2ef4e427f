import type { DatasetVersion, VersionDiff, VersionFile } from '../../../../app/contract/datasets.contract.ts';
import { formatCount } from '../../../components/format.ts';
import { fileAddress } from '../images/file-address.ts';
import { Picture } from '../images/picture.tsx';
import styles from './diff.module.css';
import { isPicture } from './is-picture.ts';

/** Pairs and single pictures drawn at once. */
const mostPairs = 120;
const mostSingle = 240;

/** The pictures that differ: changed and renamed ones side by side, then those that came and went. */
export function PictureDifferences({ diff }: { readonly diff: VersionDiff }) {
  const changed = diff.changed.filter(({ after }) => isPicture(after.path));
  const renamed = diff.renamed.filter(({ after }) => isPicture(after.path));
  const added = diff.added.filter(({ path }) => isPicture(path));
  const removed = diff.removed.filter(({ path }) => isPicture(path));
  if (changed.length + renamed.length + added.length + removed.length === 0) {
    return <p className={styles.answer}>No picture differs.</p>;
  }
  return (
    <div className={styles.pictures}>
      {changed.length > 0 ? (
        <section>
          <h3>Changed {part(changed.length, mostPairs)}</h3>
          <ul className={styles.pairs}>
            {changed.slice(0, mostPairs).map(({ before, after }) => (
              <li key={after.path}>
                <OnePicture version={diff.before} file={before} words={`v${diff.before.version}`} />
                <OnePicture version={diff.after} file={after} words={`v${diff.after.version}`} />
                <small title={after.path}>{after.path}</small>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Single title="Added" version={diff.after} files={added} tone="added" />
      <Single title="Removed" version={diff.before} files={removed} tone="removed" />
      {renamed.length > 0 ? (
        <section>
          <h3>Renamed {part(renamed.length, mostSingle)}</h3>
          <ul className={styles.single}>
            {renamed.slice(0, mostSingle).map(({ before, after }) => (
              <li key={after.path}>
                <OnePicture version={diff.after} file={after} words="" />
                <small title={`${before.path} → ${after.path}`}>
                  {before.path} → {after.path}
                </small>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

const part = (all: number, most: number): string =>
  all > most ? `(${formatCount(most)} of ${formatCount(all)})` : formatCount(all);

interface SingleProps {
  readonly title: string;
  readonly version: DatasetVersion;
  readonly files: readonly VersionFile[];
  readonly tone: 'added' | 'removed';
}

function Single({ title, version, files, tone }: SingleProps) {
  if (files.length === 0) return null;
  return (
    <section>
      <h3>
        {title} {part(files.length, mostSingle)}
      </h3>
      <ul className={styles.single} data-tone={tone}>
        {files.slice(0, mostSingle).map((file) => (
          <li key={file.path}>
            <OnePicture version={version} file={file} words="" />
            <small title={file.path}>{file.path}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface OnePictureProps {
  readonly version: DatasetVersion;
  readonly file: VersionFile;
  readonly words: string;
}

function OnePicture({ version, file, words }: OnePictureProps) {
  const picture = <Picture version={version} path={file.path} alt={`${file.path} in v${version.version}`} />;
  return (
    <figure>
      {window.location.protocol === 'lathe:' ? (
        picture
      ) : (
        <a href={fileAddress(version, file.path)} target="_blank" rel="noreferrer" title={file.path}>
          {picture}
        </a>
      )}
      {words ? <figcaption>{words}</figcaption> : null}
    </figure>
  );
}
