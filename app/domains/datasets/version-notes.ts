import type { Dataset, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { VersionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { nearest } from '../../kernel/nearest.ts';
import type { DatasetRepository } from './datasets.repository.ts';
import type { Finder } from './find-version.ts';

/** What may be said of data sets and versions afterwards. Every change is an event; the content and its message never change. */
export interface VersionNotes {
  describe(project: string | undefined, nameOrId: string, description: string): Dataset;
  tag(
    project: string | undefined,
    nameOrId: string,
    version: VersionName | undefined,
    tags: Readonly<Record<string, string>>,
  ): DatasetVersion;
  /** @throws AppError NOT_FOUND for a tag that the version does not have */
  untag(
    project: string | undefined,
    nameOrId: string,
    version: VersionName | undefined,
    keys: readonly string[],
  ): DatasetVersion;
  /** Point an alias at a version; the latest where none is named. */
  setAlias(
    project: string | undefined,
    nameOrId: string,
    alias: string,
    version: VersionName | undefined,
  ): Dataset;
  /** @throws AppError NOT_FOUND */
  removeAlias(project: string | undefined, nameOrId: string, alias: string): Dataset;
}

export function createVersionNotes(
  { database, events, clock }: Pick<Core, 'database' | 'events' | 'clock'>,
  repository: DatasetRepository,
  finder: Finder,
): VersionNotes {
  /** One change of one data set, with its event. */
  function change(
    project: string | undefined,
    nameOrId: string,
    work: (row: ReturnType<Finder['dataset']>) => { event: string; data: Record<string, unknown> } | null,
  ): void {
    database.transaction(() => {
      const row = finder.dataset(project, nameOrId);
      const done = work(row);
      if (!done) return;
      repository.touch(row.id, clock.now());
      events.append(done.event, { kind: 'dataset', id: row.id }, { name: row.name, ...done.data });
    });
  }

  return {
    describe(project, nameOrId, description) {
      change(project, nameOrId, ({ id }) => {
        if (repository.dataset(id).description === description) return null;
        repository.setDescription(id, description);
        return { event: 'dataset.described', data: {} };
      });
      return finder.get(project, nameOrId);
    },
    tag(project, nameOrId, name, tags) {
      const { id, version } = finder.version(project, nameOrId, name);
      change(project, nameOrId, () => {
        const keys = Object.keys(tags);
        if (keys.length === 0) return null;
        repository.setTags(id, tags);
        return { event: 'dataset.tagged', data: { version, tags: keys } };
      });
      return finder.versionById(id);
    },
    untag(project, nameOrId, name, keys) {
      const { id, version, tags, datasetName } = finder.version(project, nameOrId, name);
      const missing = keys.find((key) => !Object.hasOwn(tags, key));
      if (missing !== undefined) {
        const near = nearest(missing, Object.keys(tags));
        throw new AppError('NOT_FOUND', `${datasetName}@${version} has no tag "${missing}".`, {
          nextStep: near ? `Did you mean "${near}"?` : `It has: ${Object.keys(tags).join(', ') || 'none'}.`,
          details: { dataset: datasetName, version, tag: missing },
        });
      }
      change(project, nameOrId, () => {
        repository.removeTags(id, keys);
        return { event: 'dataset.untagged', data: { version, tags: [...keys] } };
      });
      return finder.versionById(id);
    },
    setAlias(project, nameOrId, alias, name) {
      change(project, nameOrId, (row) => {
        const { id, version } = finder.versionOf(row, name);
        const from = repository.versionByAlias(row.id, alias)?.version ?? null;
        if (from === version) return null;
        repository.setAlias(row.id, alias, id);
        return { event: 'dataset.alias-set', data: { alias, version, from } };
      });
      return finder.get(project, nameOrId);
    },
    removeAlias(project, nameOrId, alias) {
      change(project, nameOrId, (row) => {
        const version = repository.versionByAlias(row.id, alias)?.version;
        if (version === undefined) {
          const near = nearest(alias, Object.keys(repository.dataset(row.id).aliases));
          throw new AppError('NOT_FOUND', `The data set "${row.name}" has no alias "${alias}".`, {
            nextStep: near ? `Did you mean "${near}"?` : 'Run `lathe data log` to see the aliases.',
            details: { dataset: row.name, alias },
          });
        }
        repository.removeAlias(row.id, alias);
        return { event: 'dataset.alias-removed', data: { alias, version } };
      });
      return finder.get(project, nameOrId);
    },
  };
}
