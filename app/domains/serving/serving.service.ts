import os from 'node:os';
import type { Digest, EndpointId } from '../../contract/ids.ts';
import type { ModelVersion } from '../../contract/models.contract.ts';
import type { Endpoint, EndpointStats, Tensor } from '../../contract/serving.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { Live } from '../../kernel/live.ts';
import { nearest } from '../../kernel/nearest.ts';
import { newId } from '../../kernel/new-id.ts';
import { asFailure } from '../../kernel/ports/failure.ts';
import type { MeterSnapshot } from '../../kernel/ports/inference-server.ts';
import type { WorkerStarter } from '../../kernel/ports/workers.ts';
import type { Models } from '../models/index.ts';
import type { Projects } from '../projects/index.ts';
import { statsOf } from './endpoint-stats.ts';
import { createEndpointRepository, type EndpointRow } from './endpoints.repository.ts';
import { inferOverHttp } from './infer-client.ts';
import { InferenceServer } from './inference-server.ts';
import { LiveEndpoint } from './live-endpoint.ts';
import { type ModelProcess, startModelProcess } from './model-process.ts';
import { SerialWork } from './serial-work.ts';
import { SocketFolder } from './socket-folder.ts';

export interface Serving {
  list(project?: string): Endpoint[];
  get(project: string | undefined, nameOrId: string): Endpoint;
  /** Returns when the endpoint answers. @throws AppError PORT_TAKEN, MODEL_INVALID, ALREADY_EXISTS … */
  start(what: {
    readonly project?: string;
    readonly model: string;
    readonly name?: string;
  }): Promise<Endpoint>;
  stop(project: string | undefined, nameOrId: string): Promise<Endpoint>;
  remove(project: string | undefined, nameOrId: string): Promise<{ id: EndpointId }>;
  predict(what: {
    readonly project?: string;
    readonly endpoint: string;
    readonly inputs: readonly Tensor[];
  }): Promise<{ outputs: Tensor[]; durationMs: number; modelMs: number | null }>;
  stats(id: EndpointId): Promise<EndpointStats>;
  watchStats(id: EndpointId, signal: AbortSignal | undefined): AsyncGenerator<EndpointStats, void, void>;
  /** Root of the inference server, or null while nothing listens. */
  baseUrl(): string | null;
  /** Begin to bring back every endpoint that served when the last host closed; the rest goes on in the background. */
  restore(): void;
  close(): Promise<void>;
}

export function createServing(
  core: Core,
  parts: {
    readonly models: Pick<Models, 'version' | 'versionById'>;
    readonly objects: { path(digest: Digest): string; verify(digest: Digest): Promise<boolean> };
    readonly starter: WorkerStarter;
    readonly projects: Pick<Projects, 'resolve'>;
    readonly settings: () => { readonly inferencePort: number };
    readonly token: () => string;
    readonly latheVersion: string;
  },
): Serving {
  const { database, events, clock, log } = core;
  const { models, objects, starter, projects } = parts;
  const repository = createEndpointRepository(database);
  const sockets = new SocketFolder();
  const perName = new SerialWork();
  const live = new Map<EndpointId, LiveEndpoint>();
  const snapshots = new Map<string, MeterSnapshot>();
  const memory = new Map<string, number>();
  const changedStats = new Live<string>();
  const server = new InferenceServer(starter, {
    port: () => parts.settings().inferencePort,
    token: parts.token,
    version: parts.latheVersion,
  });
  // All cores but one, and no more than pays off for one request.
  const threads = Math.max(1, Math.min(4, os.availableParallelism() - 1));
  let serverLosses: number[] = [];

  server.stats.subscribe(({ endpointId, snapshot }) => {
    snapshots.set(endpointId, snapshot);
    changedStats.emit(endpointId);
  });
  server.lost.subscribe((how) => void rejoinAll(`The inference server ${how}.`));

  /** The workers are still there: start the server again and tell it of them. */
  async function rejoinAll(reason: string): Promise<void> {
    log.warn('inference server lost', { reason });
    const now = performance.now();
    serverLosses = [...serverLosses.filter((at) => now - at < 60_000), now];
    const giveUp = serverLosses.length > 3;
    for (const endpoint of live.values()) {
      if (giveUp)
        endpoint.fail(
          new AppError('TARGET_FAILED', `${reason} It ended ${serverLosses.length} times within a minute.`),
        );
      else await endpoint.rejoin(reason);
    }
  }

  function toEndpoint(row: EndpointRow): Endpoint {
    const running = live.get(row.id);
    const version = running?.version ?? models.versionById(row.modelVersionId);
    const baseUrl = server.baseUrl;
    const state = running?.state ?? (row.failure ? 'failed' : 'stopped');
    return {
      id: row.id,
      projectId: row.projectId,
      name: row.name,
      state,
      modelName: version.modelName,
      modelVersion: version.version,
      modelVersionId: version.id,
      modelAliases: models.versionById(version.id).aliases,
      signature: version.signature,
      task: version.task,
      labels: version.labels,
      baseUrl,
      url: baseUrl && `${baseUrl}/v2/models/${encodeURIComponent(row.name)}/infer`,
      failure: state === 'failed' ? row.failure : null,
      createdAt: row.createdAt,
      startedAt: row.startedAt,
    };
  }

  function find(project: string | undefined, nameOrId: string): EndpointRow {
    const rows = repository.inProject(projects.resolve(project).id);
    const found = rows.find(({ name }) => name === nameOrId) ?? rows.find(({ id }) => id === nameOrId);
    if (found) return found;
    const near = nearest(
      nameOrId,
      rows.map(({ name }) => name),
    );
    throw new AppError('NOT_FOUND', `There is no endpoint "${nameOrId}" in this project.`, {
      nextStep: near ? `Did you mean "${near}"?` : 'Start one: lathe endpoint start MODEL.',
      details: { endpoint: nameOrId },
    });
  }

  function current(id: EndpointId): Endpoint {
    return toEndpoint(repository.byId(id)!);
  }

  function record(
    id: EndpointId,
    kind: string,
    facts: Record<string, unknown>,
    write: () => void = () => undefined,
  ): void {
    database.transaction(() => {
      write();
      events.append(`endpoint.${kind}`, { kind: 'endpoint', id }, facts);
    });
  }

  async function startWorker({ digest, modelName, version }: ModelVersion): Promise<ModelProcess> {
    const modelPath = objects.path(digest);
    if (!(await objects.verify(digest))) {
      throw new AppError('STORAGE_FAILED', `The stored file of ${modelName}@${version} is damaged.`, {
        nextStep: 'Register the model again from its run or its file; the damaged bytes are not served.',
        details: { model: modelName, version, digest },
      });
    }
    return startModelProcess(starter, modelPath, sockets.next(), threads);
  }

  function liveEndpoint({ id, name }: EndpointRow, version: ModelVersion): LiveEndpoint {
    const endpoint = new LiveEndpoint(version, {
      id,
      name,
      server,
      startWorker,
      onChange(change) {
        if (live.get(id) !== endpoint) return;
        try {
          if (change.kind === 'failed') failed(id, name, change.error);
          else record(id, change.kind, { name, reason: change.reason });
        } catch (error) {
          // Nobody called: on a full disk the endpoint goes on, and only the note of what it did is missing.
          log.error('a change of an endpoint was not recorded', error, { name });
        }
      },
      onMemory(rssBytes) {
        memory.set(id, rssBytes);
        changedStats.emit(id);
      },
    });
    return endpoint;
  }

  function failed(id: EndpointId, name: string, error: AppError): void {
    log.warn('endpoint failed', { name, reason: error.message });
    record(id, 'failed', { name, reason: error.message }, () => repository.setFailure(id, asFailure(error)));
  }

  /** Serve a version under a row's name, taking over from what serves there now. */
  async function serve(row: EndpointRow, version: ModelVersion): Promise<Endpoint> {
    const { id, name } = row;
    const running = live.get(id);
    const from = running?.state === 'serving' ? running.version : undefined;
    const endpoint = from ? running! : liveEndpoint(row, version);
    if (!from) {
      await running?.stop();
      snapshots.delete(id);
      live.set(id, endpoint);
    }
    try {
      await endpoint.serve(version);
    } catch (error) {
      // A switch that failed leaves the version before it serving, and is an error only of this call.
      if (!from) endpoint.fail(error);
      throw error;
    }
    const facts = {
      name,
      model: version.modelName,
      version: version.version,
      ...(from && { from: from.version }),
    };
    record(id, from ? 'switched' : 'started', facts, () =>
      repository.setServing(id, version.id, clock.now()),
    );
    return current(id);
  }

  return {
    list: (project) => repository.inProject(projects.resolve(project).id).map(toEndpoint),
    get: (project, nameOrId) => toEndpoint(find(project, nameOrId)),
    start({ project, model, name: given }) {
      const projectId = projects.resolve(project).id;
      const version = models.version(project, model);
      const name = given ?? version.modelName;
      return perName.run(name, async () => {
        const known = repository.byName(name);
        if (known && known.projectId !== projectId) {
          throw new AppError('ALREADY_EXISTS', `Another project has an endpoint "${name}" already.`, {
            nextStep: 'Give this one another name: --name.',
            details: { name },
          });
        }
        const running = known && live.get(known.id);
        if (running?.state === 'serving' && running.version.id === version.id) return current(known!.id);
        const now = clock.now();
        const row: EndpointRow = known ?? {
          id: newId<EndpointId>(now),
          projectId,
          name,
          modelVersionId: version.id,
          desired: 'stopped',
          failure: null,
          createdAt: now,
          startedAt: null,
        };
        if (!known) record(row.id, 'created', { name }, () => repository.insert(row));
        return serve(row, version);
      });
    },
    stop(project, nameOrId) {
      const { id, name } = find(project, nameOrId);
      return perName.run(name, async () => {
        const running = live.get(id);
        live.delete(id);
        memory.delete(id);
        await running?.stop();
        record(id, 'stopped', { name }, () => repository.setStopped(id));
        return current(id);
      });
    },
    remove(project, nameOrId) {
      const { id, name } = find(project, nameOrId);
      return perName.run(name, async () => {
        const { state } = current(id);
        if (state === 'serving' || state === 'starting') {
          throw new AppError('IN_USE', `Endpoint "${name}" is ${state}.`, {
            nextStep: `Stop it first: lathe endpoint stop ${name}.`,
            details: { name },
          });
        }
        live.delete(id);
        snapshots.delete(id);
        record(id, 'removed', { name }, () => repository.remove(id));
        return { id };
      });
    },
    async predict({ project, endpoint, inputs }) {
      const { name, state, url } = toEndpoint(find(project, endpoint));
      if (state !== 'serving' || url === null) {
        throw new AppError('NOT_READY', `Endpoint "${name}" is ${state}.`, {
          nextStep: state === 'starting' ? 'Try again in a moment.' : 'Start it, then predict again.',
          details: { name, state },
        });
      }
      return inferOverHttp(url, parts.token(), inputs);
    },
    async stats(id) {
      if (!repository.byId(id))
        throw new AppError('NOT_FOUND', `There is no endpoint ${id}.`, { details: { id } });
      const snapshot = await server.snapshot(id).catch(() => null);
      if (snapshot) snapshots.set(id, snapshot);
      return statsOf(snapshots.get(id) ?? null, memory.get(id) ?? null, clock.now());
    },
    async *watchStats(id, signal) {
      yield await this.stats(id);
      for await (const changed of changedStats.iterate(signal)) {
        if (changed === id) yield statsOf(snapshots.get(id) ?? null, memory.get(id) ?? null, clock.now());
      }
    },
    baseUrl: () => server.baseUrl,
    restore() {
      for (const row of repository.desired()) {
        const version = models.versionById(row.modelVersionId);
        live.set(row.id, liveEndpoint(row, version));
        perName
          .run(row.name, async () => {
            if (live.get(row.id)?.state === 'starting') await serve(row, version);
          })
          .catch((error) =>
            log.warn('endpoint not restored', { name: row.name, reason: (error as Error).message }),
          );
      }
    },
    async close() {
      for (const endpoint of live.values()) endpoint.close();
      live.clear();
      await server.close();
      sockets.remove();
    },
  };
}
