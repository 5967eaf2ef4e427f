import fs from 'node:fs';
import { parse } from 'yaml';
import type { Digest } from '../../../contract/ids.ts';
import type { Signature } from '../../../contract/models.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { artifactPlace } from './artifact-place.ts';
import { readSignature } from './mlmodel-signature.ts';

/** A longer description of a model is none that MLflow wrote. */
const MAX_DESCRIPTION_BYTES = 1 << 20;

export interface ModelFolder {
  /** Of the ONNX file where there is one, else of MLmodel. */
  readonly digest: Digest;
  readonly isOnnx: boolean;
  /** Of all files. */
  readonly sizeBytes: number;
  /** Its inputs and outputs as MLmodel says them; none where it says nothing. */
  readonly signature: Signature;
  /** What is known of the model, as words. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What lies in the folder that a URI names, if it is a model. Only its description is read. */
export function modelFolder(
  { database, objects }: Pick<Core, 'database'> & { readonly objects: Pick<ObjectStore, 'path'> },
  location: string,
): ModelFolder | null {
  const path = pathOf(location);
  if (path === null) return null;
  const place = artifactPlace(path);
  const [table, column, owner] =
    place.kind === 'run' ? ['run_artifacts', 'run_id', place.run] : ['client_files', 'owner', place.owner];
  const prefix = place.rest === '' ? '' : `${place.rest}/`;
  const files = database
    .prepare(
      `SELECT path, digest, size_bytes FROM ${table} WHERE ${column} = ? AND substr(path, 1, length(?)) = ? ORDER BY path`,
    )
    .all(owner!, prefix, prefix);
  const description = files.find((file) => file.path === `${prefix}MLmodel`);
  const onnx = files.find((file) => String(file.path).endsWith('.onnx'));
  const main = onnx ?? description;
  if (!main) return null;
  const said = description ? read(objects.path(description.digest as Digest)) : {};
  return {
    digest: main.digest as Digest,
    isOnnx: onnx !== undefined,
    sizeBytes: files.reduce((sum, file) => sum + Number(file.size_bytes), 0),
    signature: readSignature(said.signature),
    metadata: {
      'mlflow.folder': path,
      'mlflow.files': String(files.length),
      ...(description && { 'mlflow.flavors': Object.keys(asObject(said.flavors)).join(', ') }),
      ...(typeof said.mlflow_version === 'string' && { 'mlflow.version': said.mlflow_version }),
    },
  };
}

/** `runs:/<run>/<path>` and `mlflow-artifacts:/<path>` as a path below the root of all artifacts. */
function pathOf(location: string): string | null {
  const match = /^(?:runs:\/([0-9a-f]{32})\/|mlflow-artifacts:\/(?:\/[^/]*\/)?)(.*)$/.exec(location);
  if (!match) return null;
  const rest = match[2]!.replace(/^\/+|\/+$/g, '');
  return match[1] === undefined ? rest : `run/${match[1]}/artifacts/${rest}`;
}

/** A description that cannot be read tells nothing; the files are kept all the same. */
function read(filePath: string): Readonly<Record<string, unknown>> {
  try {
    if (fs.statSync(filePath).size > MAX_DESCRIPTION_BYTES) return {};
    return asObject(parse(fs.readFileSync(filePath, 'utf8'), { maxAliasCount: 0 }));
  } catch {
    return {};
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
