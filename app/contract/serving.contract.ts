import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { endpointId, modelVersionId, nameOrId, objectName, projectId } from './ids.ts';
import { failure } from './jobs.contract.ts';
import { modelRef, signature, tensorType } from './models.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { epochMs, wireNumber } from './wire.ts';

export const endpointState = z.enum(['starting', 'serving', 'stopped', 'failed']);
export type EndpointState = z.infer<typeof endpointState>;

export const endpoint = z.object({
  id: endpointId,
  projectId,
  name: z.string(),
  state: endpointState,
  modelName: z.string(),
  modelVersion: z.number().int(),
  modelVersionId,
  modelAliases: z.array(z.string()),
  signature,
  task: z.enum(['classification', 'regression']).nullable(),
  labels: z.array(z.string()).nullable(),
  /** Root of the inference server, for example `http://127.0.0.1:4790`; null while nothing listens. */
  baseUrl: z.string().nullable(),
  /** `<baseUrl>/v2/models/<name>/infer`. */
  url: z.string().nullable(),
  failure: failure.nullable(),
  createdAt: epochMs,
  startedAt: epochMs.nullable(),
});
export type Endpoint = z.infer<typeof endpoint>;

/** One request that an endpoint answered; kept in memory only. */
export const recentRequest = z.object({
  at: epochMs,
  call: z.enum(['infer', 'metadata', 'ready']),
  shape: z.array(z.number().int()),
  status: z.number().int(),
  /** The first predicted label, the number of rows, or the error's message. */
  result: z.string(),
  durationMs: z.number(),
});
export type RecentRequest = z.infer<typeof recentRequest>;

export const endpointStats = z.object({
  requests: z.number().int(),
  failed: z.number().int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Requests in each of the last 60 minutes, oldest first. */
  perMinute: z.array(z.number().int()),
  workerMemoryBytes: z.number().int().nullable(),
  recent: z.array(recentRequest),
});
export type EndpointStats = z.infer<typeof endpointStats>;

/** A tensor of the Open Inference Protocol v2, JSON form: `data` is flat, row-major. */
export const tensor = z.object({
  name: z.string(),
  datatype: tensorType,
  shape: z.array(z.number().int()),
  data: z.array(z.union([wireNumber, z.boolean(), z.string()])),
});
export type Tensor = z.infer<typeof tensor>;

export const servingContract = {
  list: procedure
    .route({ method: 'GET', path: '/endpoints', summary: 'Endpoints of a project' })
    .input(z.object(inProject))
    .output(z.array(endpoint)),
  get: procedure
    .route({ method: 'GET', path: '/endpoints/{endpoint}', summary: 'One endpoint' })
    .input(z.object({ ...inProject, endpoint: nameOrId }))
    .output(endpoint),
  /** Returns when the endpoint answers; starting a name that already serves another version switches it over. */
  start: procedure
    .route({ method: 'POST', path: '/endpoints', summary: 'Serve a model version; returns when it answers' })
    .input(z.object({ ...inProject, model: modelRef, name: objectName.optional() }))
    .output(endpoint),
  stop: procedure
    .route({ method: 'POST', path: '/endpoints/{endpoint}/stop', summary: 'Stop an endpoint' })
    .input(z.object({ ...inProject, endpoint: nameOrId }))
    .output(endpoint),
  remove: procedure
    .route({
      method: 'DELETE',
      path: '/endpoints/{endpoint}',
      summary: 'Remove a stopped endpoint from the list',
    })
    .input(z.object({ ...inProject, endpoint: nameOrId }))
    .output(z.object({ id: endpointId })),
  /** What the Try-it panel and `lathe endpoint predict` use: through the inference server, as any client would. */
  predict: procedure
    .route({ method: 'POST', path: '/endpoints/{endpoint}/predict', summary: 'Send tensors to an endpoint' })
    .input(z.object({ ...inProject, endpoint: nameOrId, inputs: z.array(tensor).min(1).max(10_000) }))
    .output(z.object({ outputs: z.array(tensor), durationMs: z.number(), modelMs: z.number().nullable() })),
  stats: procedure
    .route({
      method: 'GET',
      path: '/endpoints/{id}/stats',
      summary: 'Requests and latency since the endpoint started',
    })
    .input(z.object({ id: endpointId }))
    .output(endpointStats),
  watchStats: procedure
    .route({
      method: 'GET',
      path: '/endpoints/{id}/watch-stats',
      summary: 'The same, every second while it changes',
    })
    .input(z.object({ id: endpointId }))
    .output(eventIterator(endpointStats)),
};
