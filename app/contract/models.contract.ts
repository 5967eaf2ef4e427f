import { z } from 'zod';
import {
  artifactId,
  digest,
  modelId,
  modelVersionId,
  nameOrId,
  objectName,
  projectId,
  runId,
  uploadId,
} from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { epochMs, wireNumber } from './wire.ts';

/** Tensor types of the Open Inference Protocol v2. */
export const tensorType = z.enum([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
]);
export type TensorType = z.infer<typeof tensorType>;

/** What a person must know to fill in one input; from Lathe's own metadata inside the ONNX file. */
export const fieldHint = z.object({
  /** `matrix` and `image` are one tensor [n, columns]; an image is drawn width × height, row by row. */
  kind: z.enum(['number', 'category', 'matrix', 'image']),
  /** Names of the table's columns behind a matrix or image, in order. */
  columns: z.array(z.string()).optional(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  /** Allowed values of a category, as seen in training. */
  categories: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** A typical value to start from (mean or most frequent). */
  example: z.union([z.number(), z.string()]).optional(),
});

export const tensorSpec = z.object({
  name: z.string(),
  datatype: tensorType,
  /** -1 stands for any size. */
  shape: z.array(z.number().int()),
  hint: fieldHint.optional(),
});
export type TensorSpec = z.infer<typeof tensorSpec>;

export const signature = z.object({ inputs: z.array(tensorSpec), outputs: z.array(tensorSpec) });
export type Signature = z.infer<typeof signature>;

export const modelVersion = z.object({
  id: modelVersionId,
  modelId,
  modelName: z.string(),
  version: z.number().int().positive(),
  digest,
  sizeBytes: z.number().int(),
  signature,
  /** `classification`, `regression`, or null for a model that Lathe did not train. */
  task: z.enum(['classification', 'regression']).nullable(),
  /** Class names by index, for classification. */
  labels: z.array(z.string()).nullable(),
  aliases: z.array(z.string()),
  /** The run that made it, or null for an imported file. */
  runId: runId.nullable(),
  runName: z.string().nullable(),
  metrics: z.record(z.string(), wireNumber),
  description: z.string(),
  /** Everything else that the file's metadata says, as it stands there. */
  metadata: z.record(z.string(), z.string()),
  createdAt: epochMs,
});
export type ModelVersion = z.infer<typeof modelVersion>;

export const model = z.object({
  id: modelId,
  projectId,
  name: z.string(),
  versions: z.number().int(),
  latest: modelVersion,
  aliases: z.record(z.string(), z.number().int()),
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type Model = z.infer<typeof model>;

export const modelSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: runId, artifact: artifactId.optional() }),
  z.object({ kind: z.literal('path'), path: z.string().min(1) }),
  z.object({ kind: z.literal('upload'), upload: uploadId }),
]);

export const aliasName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'an alias is lower-case letters, digits, "_" and "-", and starts with a letter',
  );

/** `digits`, `digits@3` or `digits@champion`; without version the latest. */
export const modelRef = z.string().trim().min(1).max(300);

export const modelsContract = {
  list: procedure
    .route({ method: 'GET', path: '/models', summary: 'Registered models of a project' })
    .input(z.object(inProject))
    .output(z.array(model)),
  get: procedure
    .route({
      method: 'GET',
      path: '/models/{model}',
      summary: 'One model with all its versions, newest first',
    })
    .input(z.object({ ...inProject, model: nameOrId }))
    .output(model.extend({ allVersions: z.array(modelVersion) })),
  version: procedure
    .route({
      method: 'GET',
      path: '/model-version',
      summary: 'One version by `name`, `name@3` or `name@alias`',
    })
    .input(z.object({ ...inProject, ref: modelRef }))
    .output(modelVersion),
  register: procedure
    .route({
      method: 'POST',
      path: '/models/{name}/versions',
      summary: "Register a run's model, or an ONNX file, as a new version",
    })
    .input(
      z.object({
        ...inProject,
        name: objectName,
        source: modelSource,
        alias: aliasName.optional(),
        description: z.string().max(5000).default(''),
      }),
    )
    .output(modelVersion),
  setAlias: procedure
    .route({ method: 'PUT', path: '/models/{model}/aliases/{alias}', summary: 'Point an alias at a version' })
    .input(
      z.object({ ...inProject, model: nameOrId, alias: aliasName, version: z.number().int().positive() }),
    )
    .output(model),
  removeAlias: procedure
    .route({ method: 'DELETE', path: '/models/{model}/aliases/{alias}', summary: 'Remove an alias' })
    .input(z.object({ ...inProject, model: nameOrId, alias: aliasName }))
    .output(model),
  /** A slice of the ONNX file's bytes; at most 8 MiB a call. */
  bytes: procedure
    .route({
      method: 'GET',
      path: '/model-versions/{id}/bytes',
      summary: "Bytes of a model version's ONNX file",
    })
    .input(
      z.object({
        id: modelVersionId,
        offset: z.number().int().min(0).default(0),
        length: z.number().int().min(1).max(8_388_608).default(8_388_608),
      }),
    )
    .output(z.instanceof(Blob)),
};
