import fs from 'node:fs';
import path from 'node:path';
import { type Recipe, recipe as recipeForm } from '../../contract/recipe.ts';
import type { Template } from '../../contract/training.contract.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';
import { type ProgramTemplate, RECIPE_FILE } from './program-templates.ts';
import { readRecipe } from './recipe-file.ts';

/** What a request names, before anything is filled in. */
export type Subject =
  | { readonly kind: 'native'; readonly template: Template; readonly recipe: Recipe | null }
  | {
      readonly kind: 'program';
      readonly recipe: Recipe;
      /** Absolute path that the recipe's own paths are relative to. */
      readonly folder: string;
      /** What the run shows as its template. */
      readonly label: string;
      /** The files that the program is known to consist of, for a folder that is too much to copy. */
      readonly only: readonly string[] | null;
    };

export interface Named {
  readonly template?: string | undefined;
  readonly path?: string | undefined;
  readonly recipe?: { readonly definition: Recipe; readonly folder: string } | undefined;
}

const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  '.py': ['python'],
  '.sh': ['sh'],
  '.js': ['node'],
  '.mjs': ['node'],
};

/**
 * Find out what is to be trained.
 *
 * @throws AppError INVALID_INPUT unless exactly one of template, path and recipe is named; NOT_FOUND, PATH_NOT_FOUND, and what reading a
 * recipe throws
 */
export async function subjectOf(
  named: Named,
  native: readonly Template[],
  programs: () => Promise<readonly ProgramTemplate[]>,
): Promise<Subject> {
  const { template, path: file, recipe } = named;
  const given = [template, file, recipe].filter((each) => each !== undefined).length;
  if (given !== 1) {
    throw new AppError(
      'INVALID_INPUT',
      given === 0
        ? 'There is nothing named to train.'
        : 'More than one of template, path and recipe is named.',
      { nextStep: 'Name a template, the path of a script, or the path of a recipe.' },
    );
  }
  if (template !== undefined) return templateSubject(template, native, await programs());
  if (recipe !== undefined) {
    requireAbsolute(recipe.folder);
    return recipeSubject(recipe.definition, recipe.folder, recipe.definition.name ?? 'recipe', native);
  }
  return fileSubject(file!, native);
}

function templateSubject(
  id: string,
  native: readonly Template[],
  programs: readonly ProgramTemplate[],
): Subject {
  const found = native.find((template) => template.id === id);
  if (found) return { kind: 'native', template: found, recipe: null };
  const program = programs.find((each) => each.id === id);
  if (program)
    return { kind: 'program', recipe: program.recipe, folder: program.folder, label: id, only: null };
  const ids = [...native, ...programs].map((each) => each.id);
  const near = nearest(id, ids);
  throw new AppError('NOT_FOUND', `There is no template "${id}".`, {
    nextStep: `${near ? `Did you mean ${near}? ` : ''}Templates: ${ids.join(', ')}.`,
    details: { template: id },
  });
}

function recipeSubject(recipe: Recipe, folder: string, label: string, native: readonly Template[]): Subject {
  if (recipe.template === undefined) return { kind: 'program', recipe, folder, label, only: null };
  const subject = templateSubject(recipe.template, native, []);
  return subject.kind === 'native' ? { ...subject, recipe } : subject;
}

async function fileSubject(file: string, native: readonly Template[]): Promise<Subject> {
  requireAbsolute(file);
  const stat = await fs.promises.stat(file).catch((error: unknown) => {
    throw fromSystemError(error, file);
  });
  if (stat.isDirectory()) {
    const inside = path.join(file, RECIPE_FILE);
    if (fs.existsSync(inside)) return fileSubject(inside, native);
    throw new AppError('PATH_NOT_FOUND', `The folder ${file} has no ${RECIPE_FILE}.`, {
      nextStep: 'Name a script in it, or write a recipe.',
      details: { path: file },
    });
  }
  const folder = path.dirname(file);
  const name = path.basename(file);
  const extension = path.extname(name).toLowerCase();
  if (['.yaml', '.yml'].includes(extension)) {
    const recipe = await readRecipe(file);
    const label = recipe.name ?? (name === RECIPE_FILE ? path.basename(folder) : path.parse(name).name);
    return recipeSubject(recipe, folder, label, native);
  }
  const runner = RUNNERS[extension];
  const executable = (stat.mode & 0o111) !== 0;
  if (!runner && !executable) {
    throw new AppError('UNSUPPORTED', `Lathe does not know how to run ${name}.`, {
      nextStep: `Make it executable, write a recipe with its command, or use one of ${Object.keys(RUNNERS).join(', ')}.`,
      details: { path: file },
    });
  }
  const recipe = recipeForm.parse({
    name: path.parse(name).name,
    command: [...(runner ?? []), runner ? name : `./${name}`, '{params}'],
  });
  return { kind: 'program', recipe, folder, label: name, only: [name] };
}

function requireAbsolute(file: string): void {
  if (path.isAbsolute(file)) return;
  throw new AppError('INVALID_INPUT', `"${file}" is not an absolute path.`, { details: { path: file } });
}
