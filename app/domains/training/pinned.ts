import type { Recipe } from '../../contract/recipe.ts';

const PACKAGE = 'package.';

/**
 * A recipe that asks for exactly what a run had: the packages that were seen in its own environment instead of the requirements, the image by
 * its digest, the interpreter by its version. What was not captured stays as the recipe says.
 *
 * @param environment facts that the run's journal and its target told (`package.NAME`, `imageDigest`)
 */
export function pinned(recipe: Recipe, environment: Readonly<Record<string, string>>): Recipe {
  const packages = Object.entries(environment)
    .filter(([key]) => key.startsWith(PACKAGE))
    .map(([key, version]) => `${key.slice(PACKAGE.length)}==${version}`)
    .sort();
  const digest = environment.imageDigest;
  const { requirements } = recipe.environment;
  return {
    ...recipe,
    environment: {
      ...recipe.environment,
      // An environment of its own can be made again; one that Lathe only used is compared afterwards.
      ...(requirements !== undefined && !recipe.environment.systemPackages && packages.length > 0
        ? { requirements: packages }
        : {}),
      ...(digest !== undefined && recipe.environment.dockerfile === undefined ? { image: digest } : {}),
    },
  };
}
