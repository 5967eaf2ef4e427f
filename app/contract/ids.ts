import { z } from 'zod';

/**
 * Every object's id is a UUIDv7 written as 32 lower-case hex digits: sortable by creation time, stable across
 * export and import, and of the form that MLflow's clients expect of a run id.
 */
function id<Brand extends string>() {
  return z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'an id is 32 hex digits')
    .brand<Brand>();
}

export const projectId = id<'ProjectId'>();
export const datasetId = id<'DatasetId'>();
export const datasetVersionId = id<'DatasetVersionId'>();
export const experimentId = id<'ExperimentId'>();
export const runId = id<'RunId'>();
export const artifactId = id<'ArtifactId'>();
export const modelId = id<'ModelId'>();
export const modelVersionId = id<'ModelVersionId'>();
export const endpointId = id<'EndpointId'>();
export const jobId = id<'JobId'>();
export const uploadId = id<'UploadId'>();
export const viewId = id<'ViewId'>();
export const expectationId = id<'ExpectationId'>();

export type ProjectId = z.infer<typeof projectId>;
export type DatasetId = z.infer<typeof datasetId>;
export type DatasetVersionId = z.infer<typeof datasetVersionId>;
export type ExperimentId = z.infer<typeof experimentId>;
export type RunId = z.infer<typeof runId>;
export type ArtifactId = z.infer<typeof artifactId>;
export type ModelId = z.infer<typeof modelId>;
export type ModelVersionId = z.infer<typeof modelVersionId>;
export type EndpointId = z.infer<typeof endpointId>;
export type JobId = z.infer<typeof jobId>;
export type UploadId = z.infer<typeof uploadId>;
export type ViewId = z.infer<typeof viewId>;
export type ExpectationId = z.infer<typeof expectationId>;

/** A BLAKE3 digest, 64 lower-case hex digits. */
export const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a digest is 64 hex digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof digest>;

/**
 * A name that people type: letters, digits, `.`, `_`, `-` and spaces inside, at most 100 characters. `@` and `/`
 * are kept free because `name@version` and paths use them.
 */
export const objectName = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,98}[\p{L}\p{N}._-])?$/u,
    'a name starts with a letter or digit and has at most 100 letters, digits, spaces, ".", "_" or "-"',
  );

/** What a person types to point at an object: its name or its id. */
export const nameOrId = z.string().trim().min(1).max(200);
