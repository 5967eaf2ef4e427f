import type { z } from 'zod';
import type { Digest, ProjectId, RunId, UploadId } from '../../contract/ids.ts';
import type { modelSource } from '../../contract/models.contract.ts';
import type { Artifact, RunDetail } from '../../contract/runs.contract.ts';
import type { WireNumber } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';

export type ModelSource = z.infer<typeof modelSource>;

/** What registering needs of the store of objects. */
export interface ModelObjects {
  put(source: { readonly path: string }): Promise<{ readonly digest: Digest; readonly sizeBytes: number }>;
  /** A readable file, never to be written to. */
  path(digest: Digest): string;
}

/** Where models come from beside a path. */
export interface ModelSources {
  detail(run: RunId): RunDetail;
}

export interface Uploads {
  path(upload: UploadId): string;
}

/** A model's bytes, in the store, and what is known of where they came from. */
export interface ModelFile {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly run: { readonly id: RunId; readonly name: string; readonly projectId: ProjectId } | null;
  readonly metrics: Record<string, WireNumber>;
}

/** Put the file that a source means into the store. @throws AppError NOT_FOUND, PATH_NOT_FOUND, PATH_UNREADABLE … */
export async function storeModelFile(
  source: ModelSource,
  parts: { readonly objects: ModelObjects; readonly sources: ModelSources; readonly uploads: Uploads },
): Promise<ModelFile> {
  if (source.kind === 'run') {
    const run = parts.sources.detail(source.run);
    const { digest, sizeBytes } = modelOf(run, source.artifact);
    return { digest, sizeBytes, run, metrics: run.metrics };
  }
  const path = source.kind === 'path' ? source.path : parts.uploads.path(source.upload);
  try {
    const { digest, sizeBytes } = await parts.objects.put({ path });
    return { digest, sizeBytes, run: null, metrics: {} };
  } catch (error) {
    throw fromSystemError(error, path);
  }
}

/** The artifact that was named, or the run's one ONNX file. */
function modelOf(run: RunDetail, wanted: Artifact['id'] | undefined): Artifact {
  if (wanted !== undefined) {
    const named = run.artifacts.find(({ id }) => id === wanted);
    if (named) return named;
    throw new AppError('NOT_FOUND', `Run "${run.name}" has no artifact ${wanted}.`, {
      details: { run: run.id, artifact: wanted },
    });
  }
  const models = run.artifacts.filter(({ path }) => path.endsWith('.onnx'));
  const found = models.find(({ path }) => path === 'model.onnx') ?? models[0];
  if (!found) {
    throw new AppError('NOT_FOUND', `Run "${run.name}" (${run.status}) has no model to register.`, {
      nextStep: run.endedAt === null ? 'Wait until the run has finished.' : 'Choose a run that finished.',
      details: { run: run.id, status: run.status },
    });
  }
  return found;
}
