import { type Recipe, recipeDataParts } from '../../contract/recipe.ts';
import type { Template } from '../../contract/training.contract.ts';
import { splitDataRef } from '../../contract/version-name.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { NamedData } from './data-inputs.ts';
import type { TrainWish } from './training.service.ts';
import type { Subject } from './what-to-train.ts';

/** The data of a native template: what the request names, or its recipe. @throws AppError INVALID_INPUT where neither does */
export function dataOf(what: Extract<Subject, { kind: 'native' }>, request: TrainWish): NamedData {
  const [given] = Object.values(request.inputs ?? {});
  const named = request.data ?? given;
  const [data] = Object.values(what.recipe?.data ?? {});
  const { reference, split } = recipeDataParts(data ?? null);
  if (!named && reference === null) {
    throw new AppError('INVALID_INPUT', `${what.template.title} needs data to train on.`, {
      nextStep: 'Name a data set: --data NAME or --data NAME@VERSION; `lathe data list` shows what there is.',
      details: { template: what.template.id },
    });
  }
  return { ...(named ?? splitDataRef(reference!)), split: named?.split ?? split ?? undefined };
}

/** The values in a recipe of a native template; what they may be the template says. */
export function plainParams(recipe: Recipe | null): Readonly<Record<string, ParameterValue>> {
  return Object.fromEntries(
    Object.entries(recipe?.params ?? {}).flatMap(([key, value]) => {
      const plain = typeof value === 'object' ? value.default : value;
      return plain === null ? [] : [[key, plain]];
    }),
  );
}

/** A native template as a recipe that does the same. */
export function nativeRecipe(template: Template): Recipe {
  return {
    lathe: 1,
    template: template.id,
    code: '.',
    environment: { systemPackages: false, network: false, variables: {} },
    data: { data: null },
    params: {},
    resources: { gpus: 0, shareGpus: false },
    outputs: [],
    checks: [],
    retries: 0,
    tags: {},
  };
}
