import type { Inputs, Outputs } from '../../../app/contract/index.ts';
import { type Recipe, type RecipeInput, recipeDataParts } from '../../../app/contract/recipe.ts';
import type { Template, TemplateParameter } from '../../../app/contract/training.contract.ts';

/** The three ways of saying what to train. */
export type TrainSource = 'template' | 'script' | 'recipe';

/** A data set that a program reads, by the name it knows it by. */
export interface InputSlot {
  readonly name: string;
  readonly required: boolean;
  /** `NAME` or `NAME@VERSION` where the recipe says it; else null. */
  readonly given: string | null;
}

/** What the dialog is about to train, whichever way it was said. */
export interface TrainSubject {
  /** Names it for what is remembered about it: a template's id, a path, or `recipe`. */
  readonly id: string;
  /** Trained by Lathe itself: on tables only, and nowhere else. */
  readonly native: boolean;
  readonly what: Pick<Inputs['training']['start'], 'template' | 'path' | 'recipe'>;
  readonly parameters: readonly TemplateParameter[];
  readonly slots: readonly InputSlot[];
  /** Whether the first slot is the one that the core calls `data`. */
  readonly mainSlot: boolean;
  /** Null for a template that was not described. */
  readonly recipe: Recipe | null;
  /** Folder whose own interpreters count; null where there is none. */
  readonly folder: string | null;
}

type Description = Outputs['training']['describe'];

export function subjectOfTemplate(template: Template, description: Description | undefined): TrainSubject {
  return {
    id: template.id,
    native: template.kind === 'native',
    what: { template: template.id },
    parameters: template.parameters,
    slots: template.inputs.map((input) => ({ ...input, given: null })),
    mainSlot: true,
    recipe: description?.recipe ?? null,
    folder: null,
  };
}

export function subjectOfPath(path: string, description: Description): TrainSubject {
  return { ...described(description), id: path, what: { path } };
}

export function subjectOfRecipe(definition: RecipeInput, description: Description): TrainSubject {
  const folder = description.folder ?? '';
  return { ...described(description), id: 'recipe', what: { recipe: { definition, folder } } };
}

/** A program that names no data may still be given some: its first slot is then an offer. */
function described({ recipe, folder, parameters }: Description): Omit<TrainSubject, 'id' | 'what'> {
  const named = Object.entries(recipe.data).map(([name, data]): InputSlot => {
    const { reference } = recipeDataParts(data);
    return { name, given: reference, required: reference === null };
  });
  return {
    native: recipe.template !== undefined,
    parameters,
    slots:
      named.length > 0 ? named : [{ name: 'data', required: recipe.template !== undefined, given: null }],
    mainSlot: named.length === 0,
    recipe,
    folder,
  };
}

/** A reference such as `digits@3` in its parts; the version is null for the latest. */
export function splitReference(text: string): { readonly dataset: string; readonly version: number | null } {
  const [, dataset, version] = /^(.*?)(?:@v?(\d+))?$/.exec(text) ?? [];
  return { dataset: dataset ?? text, version: version === undefined ? null : Number(version) };
}
