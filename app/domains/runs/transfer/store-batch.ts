import fs from 'node:fs';
import path from 'node:path';
import type { ArtifactId, Digest, RunId } from '../../../contract/ids.ts';
import type { Artifact } from '../../../contract/runs.contract.ts';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { ImportedArtifact, ImportedBatch } from '../../../kernel/ports/run-transfer.ts';
import { inside } from '../../../kernel/workspace-folders.ts';
import type { RunIntake } from './run-intake.ts';

/** A file that grows past this is not carried on: each addition writes it anew. */
const LONGEST_APPENDED_BYTES = 256 << 20;

/** Faults of one artifact that leave the rest of the run as good as it was. */
const faultsOfOne: ReadonlySet<string> = new Set([
  'PATH_NOT_FOUND',
  'PATH_UNREADABLE',
  'INVALID_INPUT',
  'CONFLICT',
  'TOO_LARGE',
]);

/**
 * Put the files of a batch into the object store and say what rows they need. Nothing names the objects until the rows are written.
 *
 * @param begun paths whose `append` has begun in this reading; where the source is read anew, the first addition replaces the file
 */
export async function storeArtifacts(
  core: Core,
  intake: RunIntake,
  run: RunId,
  { artifacts = [] }: ImportedBatch,
  reading: { readonly anew: boolean; readonly begun: Set<string> },
  signal: AbortSignal,
): Promise<{ rows: Artifact[]; notes: string[] }> {
  const notes: string[] = [];
  const rows = new Map<string, Artifact>();
  const known = new Map(
    artifacts.length === 0 ? [] : intake.repository.artifacts(run).map((each) => [each.path, each]),
  );
  for (const artifact of joinAppends(artifacts)) {
    try {
      inside(core.folders.root, artifact.path);
      const before =
        reading.anew && !reading.begun.has(artifact.path) ? undefined : known.get(artifact.path)?.digest;
      const stored = await store(intake, artifact, before, signal);
      if (artifact.content.from === 'append') reading.begun.add(artifact.path);
      rows.set(artifact.path, {
        id: known.get(artifact.path)?.id ?? newId<ArtifactId>(core.clock.now()),
        path: artifact.path,
        ...stored,
        kind: artifact.kind ?? kindOf(artifact.path),
        key: artifact.key ?? null,
        step: artifact.step ?? null,
        createdAt: core.clock.now(),
      });
    } catch (error) {
      if (!(error instanceof AppError) || !faultsOfOne.has(error.code)) throw error;
      notes.push(`The artifact ${artifact.path.slice(0, 200)} was not taken: ${error.message}`);
    }
  }
  // What is there with the same content is no news.
  const fresh = [...rows.values()].filter(({ path: name, digest }) => known.get(name)?.digest !== digest);
  return { rows: fresh, notes };
}

async function store(
  { objects }: RunIntake,
  { content, path: name }: ImportedArtifact,
  before: Digest | undefined,
  signal: AbortSignal,
): Promise<{ digest: Digest; sizeBytes: number }> {
  if (content.from === 'file') {
    const { digest, sizeBytes } = await objects.put({ path: content.filePath }, { signal });
    return { digest, sizeBytes };
  }
  let { bytes } = content;
  if (content.from === 'append' && before !== undefined) {
    const sizeBytes = objects.size(before);
    if (sizeBytes + bytes.length > LONGEST_APPENDED_BYTES) {
      throw new AppError('TOO_LARGE', `${name} would be longer than ${LONGEST_APPENDED_BYTES} bytes.`);
    }
    bytes = Buffer.concat([await objects.read(before, 0, sizeBytes), bytes]);
  }
  const { digest, sizeBytes } = await objects.put({ bytes }, { signal });
  return { digest, sizeBytes };
}

/** Additions to one file in one batch become one. */
function joinAppends(artifacts: readonly ImportedArtifact[]): ImportedArtifact[] {
  const appends = new Map<string, { artifact: ImportedArtifact; parts: Uint8Array[] }>();
  const others: ImportedArtifact[] = [];
  for (const artifact of artifacts) {
    if (artifact.content.from !== 'append') others.push(artifact);
    else {
      const { parts } = appends.get(artifact.path) ?? { parts: [] };
      appends.set(artifact.path, { artifact, parts: [...parts, artifact.content.bytes] });
    }
  }
  return [
    ...others,
    ...[...appends.values()].map(
      ({ artifact, parts }): ImportedArtifact => ({
        ...artifact,
        content: { from: 'append', bytes: Buffer.concat(parts) },
      }),
    ),
  ];
}

function kindOf(name: string): Artifact['kind'] {
  if (/\.(png|jpe?g|gif|webp|svg)$/i.test(name)) return 'image';
  if (/\.(csv|tsv|parquet|jsonl)$/i.test(name)) return 'table';
  return /\.onnx$/i.test(name) ? 'model' : 'file';
}

/** What the program printed goes where it stood, so that writing it a second time changes nothing. */
export async function storeOutput(folder: string, { output = [] }: ImportedBatch): Promise<void> {
  for (const { stream, offsetBytes, text } of output) {
    const filePath = path.join(folder, `${stream}.log`);
    try {
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await fs.promises.open(filePath, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o600);
      try {
        await file.write(Buffer.from(text), 0, null, offsetBytes);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fromSystemError(error, filePath);
    }
  }
}
