import fs from 'node:fs';
import type { ModelId, ModelVersionId } from '../../contract/ids.ts';
import type { Model, ModelVersion } from '../../contract/models.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { nearest } from '../../kernel/nearest.ts';
import { newId } from '../../kernel/new-id.ts';
import type { InspectedModel, ModelInspector } from '../../kernel/ports/models.ts';
import type { ModelRegistry } from '../../kernel/ports/tracking.ts';
import type { Projects } from '../projects/index.ts';
import {
  type ModelObjects,
  type ModelSource,
  type ModelSources,
  storeModelFile,
  type Uploads,
} from './model-file.ts';
import { parseModelRef } from './model-ref.ts';
import { createModelRepository, type ModelRow } from './models.repository.ts';
import { createModelRegistry, type FolderFacts } from './registry/registry.ts';

export interface Models {
  /** Most lately changed first. */
  list(project?: string): Model[];
  get(project: string | undefined, nameOrId: string): Model & { allVersions: ModelVersion[] };
  /** The version that `name`, `name@3` or `name@alias` means. */
  version(project: string | undefined, ref: string): ModelVersion;
  versionById(id: ModelVersionId): ModelVersion;
  /** Check a file and make it a new version; see README.md for when an existing one is given back. */
  register(what: {
    readonly project?: string;
    readonly name: string;
    readonly source: ModelSource;
    readonly alias?: string;
    readonly description?: string;
  }): Promise<ModelVersion>;
  setAlias(project: string | undefined, nameOrId: string, alias: string, version: number): Model;
  removeAlias(project: string | undefined, nameOrId: string, alias: string): Model;
  /** For programs that log over the network. */
  readonly registry: ModelRegistry;
  /** At most `length` bytes of the ONNX file from `offset`; fewer at its end. */
  bytes(id: ModelVersionId, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

export function createModels(
  { database, events, clock, log }: Pick<Core, 'database' | 'events' | 'clock' | 'log'>,
  parts: {
    readonly objects: ModelObjects;
    readonly inspector: ModelInspector;
    readonly projects: Pick<Projects, 'resolve'>;
    readonly sources: ModelSources;
    readonly uploads: Uploads;
    /** What a folder holds that a program registers as a version of a model. */
    readonly folder: FolderFacts;
  },
): Models {
  const repository = createModelRepository(database);
  const { objects, inspector, projects } = parts;
  const registry = createModelRegistry(
    { database, events, clock, log },
    { ...parts, repository, inspect: (digest) => inspector.inspect(objects.path(digest)) },
  );

  function find(project: string | undefined, nameOrId: string): ModelRow {
    const { id } = projects.resolve(project);
    const found = repository.find(id, nameOrId);
    if (found && repository.latest(found.id)) return found;
    const near = nearest(
      nameOrId,
      repository.models(id).map(({ name }) => name),
    );
    throw new AppError('NOT_FOUND', `There is no model "${nameOrId}" in this project.`, {
      nextStep: near ? `Did you mean "${near}"?` : 'Run `lathe model list` to see the models.',
      details: { model: nameOrId },
    });
  }

  function toModel(row: ModelRow): Model {
    return {
      ...row,
      versions: repository.countVersions(row.id),
      latest: repository.latest(row.id)!,
      aliases: repository.aliases(row.id),
    };
  }

  function versionOf(model: ModelRow, version: number): ModelVersion {
    const found = repository.version(model.id, version);
    if (found) return found;
    throw new AppError(
      'NOT_FOUND',
      `Model "${model.name}" has no version ${version}; the latest is ${repository.latest(model.id)!.version}.`,
      {
        details: { model: model.name, version },
      },
    );
  }

  /** Moves an alias, if it moves at all. Call it inside a transaction. */
  function pointAlias(model: Pick<ModelRow, 'id' | 'name'>, alias: string, version: number): void {
    const from = repository.aliases(model.id)[alias] ?? null;
    if (from === version) return;
    repository.setAlias(model.id, alias, version);
    repository.touch(model.id, clock.now());
    events.append(
      'model.alias-set',
      { kind: 'model', id: model.id },
      { name: model.name, alias, version, from },
    );
  }

  return {
    registry,
    list: (project) =>
      repository
        .models(projects.resolve(project).id)
        .filter(({ id }) => repository.latest(id))
        .map(toModel),
    get(project, nameOrId) {
      const row = find(project, nameOrId);
      return { ...toModel(row), allVersions: repository.versions(row.id) };
    },
    version(project, ref) {
      const { model: name, wanted } = parseModelRef(ref);
      const model = find(project, name);
      if (wanted.kind === 'latest') return repository.latest(model.id)!;
      if (wanted.kind === 'version') return versionOf(model, wanted.version);
      const aliases = repository.aliases(model.id);
      const version = aliases[wanted.alias];
      if (version !== undefined) return versionOf(model, version);
      const there = Object.keys(aliases).join(', ') || 'none';
      throw new AppError(
        'NOT_FOUND',
        `Model "${model.name}" has no alias "${wanted.alias}" (it has: ${there}).`,
        {
          details: { model: model.name, alias: wanted.alias },
        },
      );
    },
    versionById(id) {
      const found = repository.byId(id);
      if (!found) throw new AppError('NOT_FOUND', `There is no model version ${id}.`, { details: { id } });
      return found;
    },
    async register({ project, name, source, alias, description = '' }) {
      const projectId = projects.resolve(project).id;
      const file = await storeModelFile(source, parts);
      const facts = await inspected(inspector, objects.path(file.digest), source);
      return database.transaction(() => {
        const now = clock.now();
        const known = repository.find(projectId, name);
        const latest = known && repository.latest(known.id);
        const modelId = known?.id ?? newId<ModelId>(now);
        let version = latest;
        if (!latest || latest.digest !== file.digest || latest.runId !== (file.run?.id ?? null)) {
          if (!known) repository.insertModel({ id: modelId, projectId, name, createdAt: now });
          const id = newId<ModelVersionId>(now);
          repository.insertVersion({
            id,
            modelId,
            version: repository.nextVersion(modelId),
            digest: file.digest,
            sizeBytes: file.sizeBytes,
            ...facts,
            labels: facts.labels && [...facts.labels],
            runId: file.run?.id ?? null,
            runName: file.run?.name ?? null,
            metrics: file.metrics,
            description,
            createdAt: now,
          });
          repository.touch(modelId, now);
          version = repository.byId(id)!;
          events.append(
            'model.registered',
            { kind: 'model', id: modelId },
            { name: version.modelName, version: version.version, digest: file.digest, run: version.runId },
          );
        }
        if (alias !== undefined)
          pointAlias({ id: modelId, name: version!.modelName }, alias, version!.version);
        return repository.byId(version!.id)!;
      });
    },
    setAlias(project, nameOrId, alias, version) {
      return database.transaction(() => {
        const model = find(project, nameOrId);
        pointAlias(model, alias, versionOf(model, version).version);
        return toModel(find(project, model.id));
      });
    },
    removeAlias(project, nameOrId, alias) {
      return database.transaction(() => {
        const model = find(project, nameOrId);
        const version = repository.aliases(model.id)[alias];
        if (version === undefined) {
          throw new AppError('NOT_FOUND', `Model "${model.name}" has no alias "${alias}".`, {
            details: { model: model.name, alias },
          });
        }
        repository.removeAlias(model.id, alias);
        repository.touch(model.id, clock.now());
        events.append(
          'model.alias-removed',
          { kind: 'model', id: model.id },
          { name: model.name, alias, version },
        );
        return toModel(find(project, model.id));
      });
    },
    async bytes(id, offset, length) {
      const { digest, sizeBytes } = this.versionById(id);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
      const file = await fs.promises.open(objects.path(digest), 'r');
      try {
        await file.read(bytes, 0, bytes.byteLength, offset);
      } finally {
        await file.close();
      }
      return bytes;
    },
  };
}

/** Inspect a stored file; a refusal names the file that the user knows, not the one in the store. */
async function inspected(
  inspector: ModelInspector,
  path: string,
  source: ModelSource,
): Promise<InspectedModel> {
  try {
    return await inspector.inspect(path);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const place: Record<string, string> = source.kind === 'path' ? { path: source.path } : {};
    throw new AppError(error.code, error.message, { nextStep: error.nextStep, details: place, cause: error });
  }
}
