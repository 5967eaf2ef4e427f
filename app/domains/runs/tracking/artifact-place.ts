import { type RunId, runId } from '../../../contract/ids.ts';
import { inside } from '../../../kernel/workspace-folders.ts';

/** What a path below the root of all artifacts means. `rest` is '' for the folder itself. */
export type ArtifactPlace =
  | { readonly kind: 'run'; readonly run: RunId; readonly rest: string }
  | { readonly kind: 'other'; readonly owner: string; readonly rest: string };

const LOGGED_MODEL = /^m-[0-9a-f]{32}$/;

/**
 * `<experiment>/<run>/artifacts/…` belongs to a run, `<experiment>/models/<logged model>/artifacts/…` to a logged model; anything else
 * is kept as it stands, without an owner.
 *
 * @throws AppError INVALID_INPUT for a path that leads elsewhere
 */
export function artifactPlace(path: string): ArtifactPlace {
  if (path === '') return { kind: 'other', owner: '', rest: '' };
  inside('/', path);
  const parts = path.split('/');
  const folder = parts.indexOf('artifacts');
  const owner = parts[folder - 1];
  if (folder > 0 && owner !== undefined) {
    const rest = parts.slice(folder + 1).join('/');
    const run = runId.safeParse(owner);
    if (run.success) return { kind: 'run', run: run.data, rest };
    if (LOGGED_MODEL.test(owner)) return { kind: 'other', owner, rest };
  }
  return { kind: 'other', owner: '', rest: path };
}

/** What a screen can make of a file, by the names that MLflow gives: `images/<key>%step%<step>%timestamp%…png` among them. */
export function artifactKind(path: string): {
  kind: 'file' | 'image' | 'table' | 'model';
  key: string | null;
  step: number | null;
} {
  const stepped = /^images\/(.+?)[%+]step[%+](\d+)[%+]timestamp[%+]/.exec(path);
  if (stepped) return { kind: 'image', key: stepped[1]!.replace(/#/g, '/'), step: Number(stepped[2]) };
  const name = path.replace(/\.[^./]*$/, '');
  if (/\.(png|jpe?g|gif|webp|svg)$/i.test(path)) return { kind: 'image', key: name, step: null };
  if (/\.(csv|parquet|jsonl)$/i.test(path)) return { kind: 'table', key: name, step: null };
  if (/(\.onnx|(^|\/)MLmodel)$/.test(path)) return { kind: 'model', key: null, step: null };
  return { kind: 'file', key: null, step: null };
}
