import type { Dataset, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { DatasetVersionId, ProjectId } from '../../contract/ids.ts';
import type { VersionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';
import type { DatasetRepository, DatasetRow } from './datasets.repository.ts';
import type { VersionRow } from './version-rows.ts';

export interface NamedProjects {
  resolve(nameOrId?: string): { readonly id: ProjectId; readonly name: string };
}

const NUMBER = /^v?([1-9][0-9]{0,8})$/;
const DIGEST_PREFIX = /^[0-9a-f]{6,64}$/;

/** Finds data sets and versions by what people call them; what is not there is NOT_FOUND, with the nearest name. */
export function createFinder(repository: DatasetRepository, projects: NamedProjects) {
  function dataset(project: string | undefined, nameOrId: string): DatasetRow {
    const { id, name: projectName } = projects.resolve(project);
    const found = repository.byName(id, nameOrId) ?? repository.byId(nameOrId);
    if (found && found.projectId === id && found.deletedAt === null) return found;
    const names = repository.live(id).map(({ name }) => name);
    const near = nearest(nameOrId, names);
    const cure =
      found?.deletedAt != null
        ? 'It was deleted; restore it first.'
        : near !== null
          ? `Did you mean "${near}"?`
          : 'Run `lathe data list` to see what there is.';
    throw new AppError('NOT_FOUND', `There is no data set "${nameOrId}" in the project "${projectName}".`, {
      nextStep: cure,
      details: { dataset: nameOrId },
    });
  }

  function numbered(row: DatasetRow, number: number): DatasetVersion {
    const found = repository.version(row.id, number);
    if (found && found.deletedAt === null) return live(found);
    const latest = repository.latest(row.id)!;
    throw new AppError(
      'NOT_FOUND',
      found
        ? `Version ${number} of the data set "${row.name}" was deleted.`
        : `The data set "${row.name}" has no version ${number}.`,
      {
        nextStep: found
          ? `Bring it back: lathe data restore ${found.id}.`
          : `Its latest version is ${latest.version}.`,
        details: { dataset: row.name, version: number },
      },
    );
  }

  /** The version of a data set that is known already; the latest where none is named. */
  function versionOf(row: DatasetRow, name?: VersionName): DatasetVersion {
    const text = String(name ?? 'latest');
    if (text === 'latest') return repository.latest(row.id)!;
    const number = NUMBER.exec(text);
    if (number) return numbered(row, Number(number[1]));
    const aliased = repository.versionByAlias(row.id, text);
    if (aliased) return aliased;
    const matches = DIGEST_PREFIX.test(text) ? repository.versionsByDigest(row.id, text) : [];
    if (matches.length === 1) return matches[0]!;
    if (matches.length > 1) {
      throw new AppError(
        'INVALID_INPUT',
        `More than one version of "${row.name}" has a digest that begins with ${text}.`,
        { nextStep: 'Give more digits.', details: { dataset: row.name, version: text } },
      );
    }
    const aliases = Object.keys(repository.dataset(row.id).aliases);
    const near = nearest(text, [...aliases, 'latest']);
    throw new AppError('NOT_FOUND', `The data set "${row.name}" has no version or alias "${text}".`, {
      nextStep:
        near !== null
          ? `Did you mean "${row.name}@${near}"?`
          : aliases.length > 0
            ? `Its aliases are ${aliases.join(', ')}; its latest version is ${repository.latest(row.id)!.version}.`
            : `Its latest version is ${repository.latest(row.id)!.version}, and it has no aliases.`,
      details: { dataset: row.name, version: text },
    });
  }

  return {
    dataset,
    versionOf,
    version: (project: string | undefined, nameOrId: string, name?: VersionName): DatasetVersion =>
      versionOf(dataset(project, nameOrId), name),
    /** Also of deleted versions and data sets: runs name versions for good. */
    versionById(id: DatasetVersionId): DatasetVersion {
      const found = repository.versionById(id);
      if (found) return live(found);
      throw new AppError('NOT_FOUND', `There is no data set version ${id}.`, { details: { version: id } });
    },
    get: (project: string | undefined, nameOrId: string): Dataset =>
      repository.dataset(dataset(project, nameOrId).id),
  };
}

export type Finder = ReturnType<typeof createFinder>;

/** The version as others see it. */
export function live({ deletedAt: _, ...version }: VersionRow): DatasetVersion {
  return version;
}
