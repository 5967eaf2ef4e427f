import { type RecipeInput, recipe } from '../../../app/contract/recipe.ts';

/** A recipe that was typed, or where in it something does not fit. */
export type ReadRecipe =
  | { readonly definition: RecipeInput; readonly problem: null }
  | { readonly definition: null; readonly problem: string };

/** Reads a recipe from YAML. The parser comes only when a recipe is edited. */
export async function readRecipe(yaml: string): Promise<ReadRecipe> {
  const { parse, YAMLParseError } = await import('yaml');
  let document: unknown;
  try {
    document = parse(yaml);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line;
    const message = error.message.split('\n')[0] ?? '';
    return { definition: null, problem: line === undefined ? message : `Line ${line}: ${message}` };
  }
  const { error } = recipe.safeParse(document ?? {});
  const [issue] = error?.issues ?? [];
  if (issue) {
    const place = issue.path.join('.');
    return { definition: null, problem: place === '' ? issue.message : `${place}: ${issue.message}` };
  }
  return { definition: document as RecipeInput, problem: null };
}
