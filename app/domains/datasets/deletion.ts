import type { Dataset, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId } from '../../contract/ids.ts';
import type { VersionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import type { DatasetRepository } from './datasets.repository.ts';
import { type Finder, live } from './find-version.ts';

/** Deleting hides; nothing leaves the disk before garbage is collected, and until then everything comes back. */
export interface Deletion {
  delete(project: string | undefined, nameOrId: string): Promise<{ id: DatasetId; freesBytes: number }>;
  /** @throws AppError ALREADY_EXISTS if the name was taken meanwhile, NOT_FOUND once its contents were given up */
  restore(id: DatasetId): Dataset;
  /** @throws AppError IN_USE while an alias points at it, CONFLICT for the only version */
  deleteVersion(
    project: string | undefined,
    nameOrId: string,
    version: VersionName,
  ): Promise<{ id: DatasetVersionId; freesBytes: number }>;
  restoreVersion(id: DatasetVersionId): DatasetVersion;
  /** Bytes on the disk that only this data set or version needs. */
  freesBytes(id: DatasetId | DatasetVersionId): Promise<number>;
}

export function createDeletion(
  { database, events, clock }: Pick<Core, 'database' | 'events' | 'clock'>,
  parts: {
    readonly repository: DatasetRepository;
    readonly finder: Finder;
    readonly store: Pick<DataStore, 'usage'>;
  },
): Deletion {
  const { repository, finder, store } = parts;

  async function freesBytes(id: DatasetId | DatasetVersionId): Promise<number> {
    const others = repository.manifests([id]);
    const kept = new Set(others);
    const own = repository.manifests().filter((manifest) => !kept.has(manifest));
    if (own.length === 0) return 0;
    const { things } = await store.usage([
      { manifests: own, contents: [] },
      { manifests: others, contents: [] },
    ]);
    return things[0]!.exclusiveBytes;
  }

  function collected(what: string, details: Record<string, string>): AppError {
    return new AppError('NOT_FOUND', `${what} was deleted for good; its contents are gone.`, {
      nextStep: 'Import the data again; equal content gets its version back.',
      details,
    });
  }

  return {
    freesBytes,
    async delete(project, nameOrId) {
      const { id, name } = finder.dataset(project, nameOrId);
      const bytes = await freesBytes(id);
      return database.transaction(() => {
        // It may have gone while the bytes were counted.
        finder.dataset(project, id);
        repository.setDeleted(id, clock.now());
        events.append('dataset.deleted', { kind: 'dataset', id }, { name, freesBytes: bytes });
        return { id, freesBytes: bytes };
      });
    },
    restore(id) {
      return database.transaction(() => {
        const row = repository.byId(id);
        if (!row)
          throw new AppError('NOT_FOUND', `There is no data set ${id}.`, { details: { dataset: id } });
        if (row.deletedAt === null) return repository.dataset(id);
        if (repository.byName(row.projectId, row.name)) {
          throw new AppError('ALREADY_EXISTS', `There is already a data set "${row.name}".`, {
            nextStep: `Delete the other "${row.name}" first; it can be restored later in the same way.`,
            details: { name: row.name },
          });
        }
        if (!repository.latest(id)) throw collected(`The data set "${row.name}"`, { dataset: id });
        repository.setDeleted(id, null);
        events.append('dataset.restored', { kind: 'dataset', id }, { name: row.name });
        return repository.dataset(id);
      });
    },
    async deleteVersion(project, nameOrId, name) {
      const row = finder.dataset(project, nameOrId);
      const { id, version } = finder.versionOf(row, name);
      const bytes = await freesBytes(id);
      return database.transaction(() => {
        const { aliases } = finder.versionOf(finder.dataset(project, row.id), version);
        if (aliases.length > 0) {
          throw new AppError('IN_USE', `${row.name}@${version} has the alias ${aliases.join(', ')}.`, {
            nextStep: 'Point the alias at another version, or remove it, and delete the version then.',
            details: { dataset: row.name, version, alias: aliases[0]! },
          });
        }
        if (repository.dataset(row.id).versions === 1) {
          throw new AppError('CONFLICT', `${row.name}@${version} is the only version of "${row.name}".`, {
            nextStep: 'Delete the data set instead.',
            details: { dataset: row.name, version },
          });
        }
        repository.setVersionDeleted(id, clock.now());
        events.append(
          'dataset.version-deleted',
          { kind: 'dataset', id: row.id },
          { name: row.name, version, freesBytes: bytes },
        );
        return { id, freesBytes: bytes };
      });
    },
    restoreVersion(id) {
      return database.transaction(() => {
        const found = repository.versionById(id);
        if (!found) {
          throw new AppError('NOT_FOUND', `There is no data set version ${id}.`, {
            details: { version: id },
          });
        }
        if (found.deletedAt === null) return live(found);
        if (repository.isPurged(id)) {
          throw collected(`${found.datasetName}@${found.version}`, { version: id });
        }
        repository.setVersionDeleted(id, null);
        events.append(
          'dataset.version-restored',
          { kind: 'dataset', id: found.datasetId },
          { name: found.datasetName, version: found.version },
        );
        return live(repository.versionById(id)!);
      });
    },
  };
}
