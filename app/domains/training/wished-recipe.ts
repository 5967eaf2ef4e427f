import type { Recipe } from '../../contract/recipe.ts';
import type { TrainWish } from './training.service.ts';

/** A recipe with the request's environment and resources on top. */
export function withRequest(recipe: Recipe, { environment, resources }: TrainWish): Recipe {
  const stated = <T extends object>(change: T | undefined) =>
    Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== undefined));
  return {
    ...recipe,
    environment: { ...recipe.environment, ...stated(environment) },
    resources: { ...recipe.resources, ...stated(resources) },
  };
}

/** Where a program runs if nobody says: in a container where its environment is an image. */
export function defaultTarget({ environment }: Recipe): string {
  const contained = environment.image !== undefined || environment.dockerfile !== undefined;
  const local = environment.python !== undefined || environment.requirements !== undefined;
  return contained && !local ? 'docker' : 'process';
}

/** Runs of a program on no data are an experiment of the program's own name. */
export function experimentName(label: string): string {
  return (
    label
      .replace(/\.[a-z]+$/i, '')
      .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, '') || 'programs'
  );
}
