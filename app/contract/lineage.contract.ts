import { z } from 'zod';
import { datasetVersionId, endpointId, modelVersionId, nameOrId, runId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { versionName } from './version-name.ts';
import { epochMs } from './wire.ts';

export const lineageKind = z.enum(['source', 'dataset', 'run', 'model', 'endpoint']);
export type LineageKind = z.infer<typeof lineageKind>;

const shared = {
  /** Kind and id: unique in the graph and stable. */
  key: z.string(),
  title: z.string(),
  /** A few words more: a size, a state, a path. */
  detail: z.string(),
  createdAt: epochMs.nullable(),
  /** It was deleted, and stays known because others name it. */
  deleted: z.boolean(),
};

/** One thing that data flows through. */
export const lineageNode = z.discriminatedUnion('kind', [
  z.object({ ...shared, kind: z.literal('source') }),
  z.object({
    ...shared,
    kind: z.literal('dataset'),
    id: datasetVersionId,
    dataset: z.string(),
    version: z.number().int(),
  }),
  z.object({ ...shared, kind: z.literal('run'), id: runId, state: z.string() }),
  z.object({
    ...shared,
    kind: z.literal('model'),
    id: modelVersionId,
    model: z.string(),
    version: z.number().int(),
  }),
  z.object({ ...shared, kind: z.literal('endpoint'), id: endpointId, state: z.string() }),
]);
export type LineageNode = z.infer<typeof lineageNode>;

export const lineageEdge = z.object({
  /** Keys of nodes; data flows from the first to the second. */
  from: z.string(),
  to: z.string(),
  /** For example `imported`, `read as data`, `registered`, `served`. */
  label: z.string(),
});
export type LineageEdge = z.infer<typeof lineageEdge>;

export const lineageContract = {
  graph: procedure
    .route({
      method: 'GET',
      path: '/lineage',
      summary: 'What led to something and what came of it: source, data, run, model, endpoint',
    })
    .input(
      z.object({
        ...inProject,
        /** Exactly one of these four. A data set without `version` means all of its versions. */
        dataset: nameOrId.optional(),
        version: versionName.optional(),
        run: nameOrId.optional(),
        /** `name`, `name@3` or `name@alias`. */
        model: nameOrId.optional(),
        endpoint: nameOrId.optional(),
        /** Most nodes to give; the nearest come first. */
        limit: z.number().int().min(1).max(2000).default(300),
      }),
    )
    .output(
      z.object({
        /** Keys of what was asked for. */
        roots: z.array(z.string()),
        nodes: z.array(lineageNode),
        edges: z.array(lineageEdge),
        truncated: z.boolean(),
      }),
    ),
  dependents: procedure
    .route({
      method: 'GET',
      path: '/lineage/dependents',
      summary: 'What uses a data set or one of its versions, and what deleting it would free',
    })
    .input(z.object({ ...inProject, dataset: nameOrId, version: versionName.optional() }))
    .output(
      z.object({
        versions: z.number().int(),
        aliases: z.array(z.string()),
        runs: z.number().int(),
        activeRuns: z.number().int(),
        models: z.number().int(),
        endpoints: z.number().int(),
        /** Versions that were made from it or follow it, in this data set or others. */
        laterVersions: z.number().int(),
        freesBytes: z.number().int(),
      }),
    ),
};
