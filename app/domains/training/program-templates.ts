import fs from 'node:fs';
import path from 'node:path';
import type { Recipe } from '../../contract/recipe.ts';
import type { Template } from '../../contract/training.contract.ts';
import type { Logger } from '../../kernel/logger.ts';
import { declaredParameters } from './program-parameters.ts';
import { readRecipe } from './recipe-file.ts';

export const RECIPE_FILE = 'recipe.yaml';

export interface ProgramTemplate {
  readonly id: string;
  readonly recipe: Recipe;
  /** Absolute path of the folder with the recipe and its program. */
  readonly folder: string;
}

/** The templates that come with Lathe: one folder each. They are read once; they change only with Lathe itself. */
export function createProgramTemplates(root: string, log: Logger) {
  let read: Promise<readonly ProgramTemplate[]> | undefined;

  async function readAll(): Promise<readonly ProgramTemplate[]> {
    const entries = await fs.promises.readdir(root, { withFileTypes: true });
    const folders = entries.filter(
      (entry) => entry.isDirectory() && fs.existsSync(path.join(root, entry.name, RECIPE_FILE)),
    );
    const templates = await Promise.all(
      folders.map(async ({ name }): Promise<ProgramTemplate | null> => {
        const folder = path.join(root, name);
        try {
          return { id: name, folder, recipe: await readRecipe(path.join(folder, RECIPE_FILE)) };
        } catch (error) {
          // The others are as good as before.
          log.error('a template could not be read', error, { template: name });
          return null;
        }
      }),
    );
    return templates.filter((template) => template !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  return {
    all(): Promise<readonly ProgramTemplate[]> {
      read ??= readAll().catch((error: unknown) => {
        read = undefined;
        throw error;
      });
      return read;
    },
  };
}

export function describeTemplate({ id, recipe }: ProgramTemplate): Template {
  const { requirements } = recipe.environment;
  return {
    id,
    title: recipe.title ?? id,
    summary: recipe.summary ?? '',
    kind: 'program',
    parameters: declaredParameters(recipe),
    inputs: inputsOf(recipe),
    needs: Array.isArray(requirements) ? requirements : [],
  };
}

/** A recipe that names no data takes some all the same: its program looks whether there is any. */
function inputsOf({ data }: Recipe): Template['inputs'] {
  const declared = Object.entries(data).map(([name, reference]) => ({ name, required: reference === null }));
  return declared.length > 0 ? declared : [{ name: 'data', required: false }];
}
