import { isDeepStrictEqual } from 'node:util';
import type {
  DataSplitSpec,
  DatasetSplit,
  LeakageReport,
  SplitChoice,
  UsedSplit,
} from '../../../contract/data-splits.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import type { DatasetVersionId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { nearest } from '../../../kernel/nearest.ts';
import type { CheckOptions, DataCheckEngine } from '../../../kernel/ports/data-checks.ts';
import type { Datasets } from '../datasets.service.ts';
import { createSplitFolders } from './split-folders.ts';
import { createSplitRepository } from './splits.repository.ts';
import { trainingViews } from './training-views.ts';

/** Columns by which somebody says that rows belong together or come one after the other. */
export interface DeclaredColumns {
  readonly groups?: readonly string[] | undefined;
  readonly time?: string | undefined;
}

/** Named splits of versions. A split that is not there is NOT_FOUND everywhere. */
export interface Splits {
  list(version: DatasetVersion): DatasetSplit[];
  get(version: DatasetVersion, name: string): DatasetSplit;
  /**
   * Split a version; the same split again is the one that is there.
   *
   * @throws AppError ALREADY_EXISTS for another split of that name; UNSUPPORTED if the version is not a table; INVALID_INPUT for columns that are
   * not there and for too few rows
   */
  make(
    version: DatasetVersion,
    name: string,
    spec: DataSplitSpec,
    options?: CheckOptions,
  ): Promise<DatasetSplit>;
  /** The very split that is asked for, where it is there. @throws AppError ALREADY_EXISTS for another one of that name */
  made(version: DatasetVersion, name: string, spec: DataSplitSpec): DatasetSplit | undefined;
  /** @throws AppError IN_USE where a run was trained with it */
  remove(version: DatasetVersion, name: string): DatasetSplit;
  /** @throws AppError INVALID_INPUT for a part that is not there */
  rows(
    version: DatasetVersion,
    name: string,
    part: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ rows: number[]; totalRows: number }>;
  leakage(
    version: DatasetVersion,
    name: string,
    declared: DeclaredColumns,
    options?: CheckOptions,
  ): Promise<LeakageReport>;
  /** What a run remembers of a split that it is given. @throws AppError INVALID_INPUT for a fold that is not there, or not named */
  choose(version: DatasetVersion, choice: SplitChoice): UsedSplit;
  /** Names of the parts that a run with this choice sees. */
  parts(version: DatasetVersion, choice: SplitChoice): string[];
  /** Where the split's folder is or will be. */
  folderPath(id: DatasetVersionId, choice: SplitChoice): string;
  /** The folder of the split that programs read, made if it is not there. */
  folder(id: DatasetVersionId, choice: SplitChoice): Promise<string>;
}

export function createSplits(
  core: Core,
  parts: {
    readonly engine: Pick<DataCheckEngine, 'split' | 'leakage' | 'rows' | 'layOut'>;
    readonly datasets: Pick<Datasets, 'tableFile' | 'versionById'>;
  },
): Splits {
  const { database, events, clock } = core;
  const { engine, datasets } = parts;
  const repository = createSplitRepository(database);
  const folders = createSplitFolders(core.folders, engine);

  function get(version: DatasetVersion, name: string): DatasetSplit {
    const split = repository.find(version.id, name);
    if (split) return split;
    const names = repository.list(version.id).map((each) => each.name);
    const near = nearest(name, names);
    const ref = `${version.datasetName}@${version.version}`;
    throw new AppError('NOT_FOUND', `${ref} has no split "${name}".`, {
      nextStep: near
        ? `Did you mean "${near}"?`
        : names.length > 0
          ? `It has: ${names.join(', ')}.`
          : `Make one: lathe data split make ${ref} ${name}`,
      details: { dataset: version.datasetName, version: version.version, split: name },
    });
  }

  function same(version: DatasetVersion, name: string, spec: DataSplitSpec): DatasetSplit | undefined {
    const there = repository.find(version.id, name);
    if (!there) return undefined;
    if (isDeepStrictEqual(there.spec, { ...spec, ignore: spec.ignore ?? there.spec.ignore })) return there;
    throw new AppError(
      'ALREADY_EXISTS',
      `${version.datasetName}@${version.version} has another split "${name}" already; splits do not change.`,
      {
        nextStep: 'Choose another name, or remove that one while no run used it: lathe data split remove.',
        details: { split: name },
      },
    );
  }

  function laidOut(id: DatasetVersionId, choice: SplitChoice) {
    const version = datasets.versionById(id);
    const split = get(version, choice.name);
    return {
      version,
      split,
      choice,
      views: trainingViews(split, choice),
      assignment: () => repository.assignment(id, split.name),
      files: async () =>
        version.fileColumn === null
          ? null
          : { tablePath: await datasets.tableFile(id), column: version.fileColumn },
    };
  }

  return {
    list: (version) => repository.list(version.id),
    get,
    made: same,
    async make(version, name, spec, options) {
      const there = same(version, name, spec);
      if (there) return there;
      const tablePath = await datasets.tableFile(version.id);
      const made = await engine.split({ tablePath, spec }, options);
      return database.transaction(() => {
        const meanwhile = same(version, name, spec);
        if (meanwhile) return meanwhile;
        const { assignment, ...facts } = made;
        repository.insert({ ...facts, versionId: version.id, name, createdAt: clock.now() }, assignment);
        events.append(
          'dataset.split-made',
          { kind: 'dataset', id: version.datasetId },
          { version: version.version, split: name, digest: made.digest, leaks: made.leakage.leaks.length },
        );
        return get(version, name);
      });
    },
    remove(version, name) {
      return database.transaction(() => {
        const split = get(version, name);
        if (split.runs > 0) {
          throw new AppError(
            'IN_USE',
            `${split.runs === 1 ? 'A run was' : `${split.runs} runs were`} trained with the split "${name}".`,
            {
              nextStep: 'Keep it: without it these runs could not be repeated.',
              details: { split: name, runs: split.runs },
            },
          );
        }
        repository.remove(version.id, name);
        events.append(
          'dataset.split-removed',
          { kind: 'dataset', id: version.datasetId },
          { version: version.version, split: name },
        );
        return split;
      });
    },
    async rows(version, name, part, page) {
      const split = get(version, name);
      const place = split.parts.findIndex((each) => each.name === part);
      if (place < 0) {
        throw new AppError('INVALID_INPUT', `The split "${name}" has no part "${part}".`, {
          nextStep: `It has: ${split.parts.map((each) => each.name).join(', ')}.`,
          details: { part },
        });
      }
      const { rows, totalRows } = await engine.rows(repository.assignment(version.id, name), place, page);
      return { rows: [...rows], totalRows };
    },
    async leakage(version, name, { groups, time }, options) {
      const { spec } = get(version, name);
      const tablePath = await datasets.tableFile(version.id);
      return await engine.leakage(
        { tablePath, spec, assignment: repository.assignment(version.id, name), groups, time },
        options,
      );
    },
    choose(version, choice) {
      const split = get(version, choice.name);
      trainingViews(split, choice);
      return { ...choice, digest: split.digest };
    },
    parts: (version, choice) => trainingViews(get(version, choice.name), choice).map(({ name }) => name),
    folderPath: (id, choice) => folders.path(laidOut(id, choice)),
    folder: (id, choice) => folders.ensure(laidOut(id, choice)),
  };
}
