import type { SplitChoice } from '../../contract/data-splits.ts';
import { type Recipe, recipeDataParts } from '../../contract/recipe.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { splitDataRef, type VersionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Datasets, Splits } from '../datasets/index.ts';
import type { TrainWish } from './training.service.ts';

export interface NamedData {
  readonly dataset: string;
  readonly version?: VersionName | undefined;
  readonly split?: SplitChoice | undefined;
}

/**
 * Data by the name that the program knows it by: what the recipe names, with what the request names in its place. A split that the
 * recipe names stays, unless the request names one.
 *
 * @throws AppError INVALID_INPUT for data that neither names
 */
export function namedData(recipe: Pick<Recipe, 'data'>, request: TrainWish): Map<string, NamedData> {
  const given = new Map<string, NamedData>(Object.entries(request.inputs ?? {}));
  if (request.data) given.set(Object.keys(recipe.data)[0] ?? 'data', request.data);
  for (const [name, data] of Object.entries(recipe.data)) {
    const { reference, split } = recipeDataParts(data);
    const named = given.get(name);
    if (!named && reference === null) {
      throw new AppError('INVALID_INPUT', `The recipe needs data as "${name}".`, {
        nextStep: `Name a data set: --input ${name}=NAME or --input ${name}=NAME@VERSION.`,
        details: { input: name },
      });
    }
    const chosen = named ?? splitDataRef(reference!);
    given.set(name, { ...chosen, split: named?.split ?? split ?? undefined });
  }
  return given;
}

/** @throws AppError NOT_FOUND for data sets, versions and splits that are not there; INVALID_INPUT for folds */
export function inputOf(
  parts: { readonly datasets: Datasets; readonly splits: Splits },
  project: string,
  name: string,
  { dataset, version: named, split }: NamedData,
): Run['inputs'][number] {
  const version = parts.datasets.resolve(project, dataset, named);
  return {
    name,
    datasetVersionId: version.id,
    datasetName: version.datasetName,
    version: version.version,
    digest: version.digest,
    ...(split && { split: parts.splits.choose(version, split) }),
  };
}

/** The data that a program reads, by its names. */
export function inputsOf(
  parts: { readonly datasets: Datasets; readonly splits: Splits },
  project: string,
  recipe: Pick<Recipe, 'data'>,
  request: TrainWish,
): Run['inputs'] {
  return [...namedData(recipe, request)].map(([name, data]) => inputOf(parts, project, name, data));
}

/** Name of the entry among a run's inputs that is the split of another one; no input of a recipe may begin so. */
export const splitEntry = (input: string): string => `.split.${input}`;
