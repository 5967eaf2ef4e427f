import { type Digest, type ModelId, type ModelVersionId, type RunId, runId } from '../../../contract/ids.ts';
import type { Signature } from '../../../contract/models.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { InspectedModel } from '../../../kernel/ports/models.ts';
import type { KeyValue, ModelRegistry, RegistryModel } from '../../../kernel/ports/tracking.ts';
import type { Projects } from '../../projects/index.ts';
import type { ModelRepository } from '../models.repository.ts';
import { readModels, readVersions } from './registry-rows.ts';
import { modelSearchSql, versionSearchSql } from './registry-search.ts';

/** The main file of a version's folder and what all of it takes, or null where its files are not with Lathe. */
export type FolderFacts = (location: string) => {
  readonly digest: Digest;
  readonly isOnnx: boolean;
  readonly sizeBytes: number;
  readonly signature: Signature;
  readonly metadata: Readonly<Record<string, string>>;
} | null;

/**
 * Models of the current project as programs see them that log over the network. A version is a folder that was uploaded; screens show it
 * where Lathe has the folder, by its MLmodel file, and it is never loaded here.
 */
export function createModelRegistry(
  { database, clock, events, log }: Pick<Core, 'database' | 'clock' | 'events' | 'log'>,
  parts: {
    readonly repository: ModelRepository;
    readonly projects: Pick<Projects, 'resolve'>;
    readonly folder: FolderFacts;
    /** Look into an ONNX file; the version can be served once that is done. */
    readonly inspect: (digest: Digest) => Promise<InspectedModel>;
  },
): ModelRegistry {
  const { repository } = parts;
  const project = () => parts.projects.resolve().id;
  const idOf = (name: string): ModelId => modelOf(name)!.id;
  const modelOf = (name: string) =>
    readModels(database, 'WHERE m.project_id = ? AND m.name = ?', [project(), name])[0] ?? null;
  const versionOf = (name: string, version: number) =>
    readVersions(database, 'AND m.project_id = ? AND m.name = ? AND v.version = ?', [
      project(),
      name,
      version,
    ])[0] ?? null;

  function withLatest(model: NonNullable<ReturnType<typeof modelOf>>): RegistryModel {
    const latest = readVersions(
      database,
      `AND v.model_id = ? AND v.version = (SELECT MAX(o.version) FROM model_versions o
         WHERE o.model_id = v.model_id AND o.stage = v.stage AND o.deleted_at IS NULL) ORDER BY v.version`,
      [model.id],
    );
    return { ...model, latest };
  }

  function touchVersion(name: string, version: number, change: string, ...values: (string | null)[]): void {
    const { id } = versionOf(name, version)!;
    database
      .prepare(`UPDATE model_versions SET ${change}, updated_at = ? WHERE id = ?`)
      .run(...values, clock.now(), id);
  }

  function requireFree(name: string): void {
    if (!modelOf(name)) return;
    throw new AppError('ALREADY_EXISTS', `There is already a model "${name}".`, { details: { name } });
  }

  const touch = (name: string): void => repository.touch(idOf(name), clock.now());
  const told = (kind: string, id: ModelId, data: Record<string, unknown>): void =>
    events.append(kind, { kind: 'model', id }, data);

  function putTag(table: string, column: string, owner: string, { key, value }: KeyValue): void {
    database
      .prepare(
        `INSERT INTO ${table} (${column}, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
      )
      .run(owner, key, value);
  }

  const runName = (run: RunId): string | null =>
    (database.prepare('SELECT name FROM runs WHERE id = ?').get(run)?.name ?? null) as string | null;

  async function lookInto(id: ModelVersionId, digest: Digest): Promise<void> {
    try {
      const facts = await parts.inspect(digest);
      repository.setFacts(id, { ...facts, labels: facts.labels && [...facts.labels] });
    } catch (error) {
      log.warn('a model that was registered over the network cannot be served', {
        version: id,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return {
    find(name) {
      const model = modelOf(name);
      return model && withLatest(model);
    },
    create({ name, description, tags }) {
      requireFree(name);
      const id = newId<ModelId>(clock.now());
      repository.insertModel({ id, projectId: project(), name, createdAt: clock.now() });
      database.prepare('UPDATE models SET description = ? WHERE id = ?').run(description, id);
      for (const tag of tags) putTag('model_tags', 'model_id', id, tag);
      told('model.created', id, { name });
      return withLatest(modelOf(name)!);
    },
    rename(name, newName) {
      requireFree(newName);
      const id = idOf(name);
      database
        .prepare('UPDATE models SET name = ?, updated_at = ? WHERE id = ?')
        .run(newName, clock.now(), id);
      database.prepare('UPDATE model_versions SET updated_at = ? WHERE model_id = ?').run(clock.now(), id);
      told('model.renamed', id, { name: newName, from: name });
    },
    describe(name, description) {
      database
        .prepare('UPDATE models SET description = ?, updated_at = ? WHERE id = ?')
        .run(description, clock.now(), idOf(name));
    },
    remove(name) {
      const id = idOf(name);
      const served = database
        .prepare(
          'SELECT e.name FROM endpoints e JOIN model_versions v ON v.id = e.model_version_id WHERE v.model_id = ?',
        )
        .get(id);
      if (served) {
        throw new AppError('CONFLICT', `The endpoint ${served.name} serves the model "${name}".`, {
          nextStep: 'Remove the endpoint first.',
          details: { model: name, endpoint: String(served.name) },
        });
      }
      const versions = 'version_id IN (SELECT id FROM model_versions WHERE model_id = ?)';
      database.prepare(`DELETE FROM model_version_tags WHERE ${versions}`).run(id);
      for (const table of ['model_aliases', 'model_tags', 'model_versions'])
        database.prepare(`DELETE FROM ${table} WHERE model_id = ?`).run(id);
      database.prepare('DELETE FROM models WHERE id = ?').run(id);
      told('model.deleted', id, { name });
    },
    setTag: (name, tag) => putTag('model_tags', 'model_id', idOf(name), tag),
    removeTag(name, key) {
      database.prepare('DELETE FROM model_tags WHERE model_id = ? AND key = ?').run(idOf(name), key);
    },
    setAlias(name, alias, version) {
      const id = idOf(name);
      const from = repository.aliases(id)[alias] ?? null;
      repository.setAlias(id, alias, version);
      told('model.alias-set', id, { name, alias, version, from });
    },
    removeAlias(name, alias) {
      const id = idOf(name);
      repository.removeAlias(id, alias);
      told('model.alias-removed', id, { name, alias });
    },
    search(search, prompts) {
      const { sql, parameters } = modelSearchSql(search, prompts);
      const found = readModels(database, `WHERE m.project_id = ? ${sql}`, [project(), ...parameters]);
      return { items: found.slice(0, search.limit).map(withLatest), more: found.length > search.limit };
    },
    version: versionOf,
    createVersion({ name, wanted = 0, source, storageLocation, runId: sent, runLink, description, tags }) {
      const id = newId<ModelVersionId>(clock.now());
      const modelId = idOf(name);
      const now = clock.now();
      const run = runId.safeParse(sent);
      const folder = parts.folder(storageLocation);
      const version = Math.max(repository.nextVersion(modelId), wanted);
      repository.insertVersion({
        id,
        modelId,
        version,
        digest: folder?.digest ?? ('' as Digest),
        sizeBytes: folder?.sizeBytes ?? 0,
        // Of an ONNX file its own is read, once it was looked into.
        signature: folder && !folder.isOnnx ? folder.signature : { inputs: [], outputs: [] },
        task: null,
        labels: null,
        runId: run.success ? run.data : null,
        runName: run.success ? runName(run.data) : null,
        metrics: {},
        description,
        metadata: folder?.metadata ?? {},
        createdAt: now,
      });
      database
        .prepare(
          'UPDATE model_versions SET source = ?, storage_location = ?, run_link = ?, updated_at = ? WHERE id = ?',
        )
        .run(source, storageLocation, runLink, now, id);
      for (const tag of tags) putTag('model_version_tags', 'version_id', id, tag);
      touch(name);
      told('model.registered', modelId, { name, version, run: sent });
      if (folder?.isOnnx) database.afterCommit(() => void lookInto(id, folder.digest));
      return versionOf(name, version)!;
    },
    describeVersion: (name, version, description) =>
      touchVersion(name, version, 'description = ?', description),
    setStage(name, version, stage, archiveOthers) {
      if (archiveOthers) {
        database
          .prepare(
            `UPDATE model_versions SET stage = 'Archived', updated_at = ? WHERE model_id = ? AND version <> ? AND stage = ?`,
          )
          .run(clock.now(), idOf(name), version, stage);
      }
      touchVersion(name, version, 'stage = ?', stage);
      touch(name);
      told('model.stage-set', idOf(name), { name, version, stage });
    },
    removeVersion(name, version) {
      const id = idOf(name);
      database.prepare('DELETE FROM model_aliases WHERE model_id = ? AND version = ?').run(id, version);
      touchVersion(name, version, 'deleted_at = updated_at');
      touch(name);
      told('model.version-deleted', id, { name, version });
    },
    setVersionTag: (name, version, tag) =>
      putTag('model_version_tags', 'version_id', versionOf(name, version)!.id, tag),
    removeVersionTag(name, version, key) {
      database
        .prepare('DELETE FROM model_version_tags WHERE version_id = ? AND key = ?')
        .run(versionOf(name, version)!.id, key);
    },
    searchVersions(search, prompts) {
      const { sql, parameters } = versionSearchSql(search, prompts);
      const found = readVersions(database, `AND m.project_id = ? ${sql}`, [project(), ...parameters]);
      return { items: found.slice(0, search.limit), more: found.length > search.limit };
    },
  };
}
