import fs from 'node:fs';
import path from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type Recipe, recipe } from '../../contract/recipe.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';

/** A recipe longer than this is a mistake: it holds words, not data. */
const MOST_BYTES = 1 << 20;

/**
 * Read a recipe's file. @throws AppError PATH_NOT_FOUND, DATA_MALFORMED naming the line for what is not YAML, INVALID_INPUT naming the
 * field for what is not a recipe
 */
export async function readRecipe(file: string): Promise<Recipe> {
  try {
    const { size } = await fs.promises.stat(file);
    if (size > MOST_BYTES)
      throw new AppError('TOO_LARGE', `${file} has ${size} bytes; a recipe has at most ${MOST_BYTES}.`);
    return parseRecipe(await fs.promises.readFile(file, 'utf8'), path.basename(file));
  } catch (error) {
    throw fromSystemError(error, file);
  }
}

/** @param name what errors call it */
export function parseRecipe(text: string, name: string): Recipe {
  const document = parseDocument(text, { prettyErrors: true });
  const [fault] = document.errors;
  if (fault) {
    throw new AppError('DATA_MALFORMED', `${name} is not valid YAML: ${fault.message.split('\n')[0]}`, {
      nextStep: 'Correct the line named in the message.',
      details: { path: name, line: fault.linePos?.[0].line ?? null },
    });
  }
  // An alias may stand for much more than it says; a recipe needs few.
  const parsed = recipe.safeParse(document.toJS({ maxAliasCount: 50 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.');
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const known = Object.keys(fieldsAt(issue.path));
  const near = keys[0] === undefined ? null : nearest(keys[0], known);
  throw new AppError(
    'INVALID_INPUT',
    keys.length > 0
      ? `${name} has ${keys.map((key) => `"${key}"`).join(', ')} ${field ? `in ${field}` : ''}, which a recipe does not have.`
      : `${name}: ${field ? `${field}: ` : ''}${issue.message}.`,
    {
      nextStep: near
        ? `Did you mean ${near}?`
        : known.length > 0
          ? `It may have: ${known.join(', ')}.`
          : 'See docs/training.md for what a recipe may say.',
      details: { path: name, field: field || null },
    },
  );
}

/** What may stand at a place of a recipe, for the hint; empty where that is free. */
function fieldsAt(place: readonly PropertyKey[]): Record<string, unknown> {
  let fields: Record<string, unknown> = recipe.shape;
  for (const key of place) {
    let field = fields[String(key)];
    while (field instanceof z.ZodDefault || field instanceof z.ZodPrefault || field instanceof z.ZodOptional)
      field = field.def.innerType;
    if (!(field instanceof z.ZodObject)) return {};
    fields = field.shape;
  }
  return fields;
}

/** A recipe as a file that people read: what has its default value is left out. */
export function recipeYaml(value: Recipe): string {
  const empty = recipe.parse({ command: 'x' }) as Record<string, unknown>;
  const fields = Object.entries(value).filter(
    ([key, field]) => JSON.stringify(field) !== JSON.stringify(empty[key]) || key === 'command',
  );
  return stringify(Object.fromEntries(fields), { lineWidth: 100 });
}
