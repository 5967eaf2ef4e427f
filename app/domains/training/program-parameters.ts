import type { Recipe, RecipeParameter } from '../../contract/recipe.ts';
import type { TemplateParameter } from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';
import { checkParameter } from './check-parameter.ts';

type Given = Readonly<Record<string, ParameterValue>>;

/** What a form or `--help` needs to ask for a recipe's parameters. */
export function declaredParameters(recipe: Pick<Recipe, 'params'>): TemplateParameter[] {
  return Object.entries(recipe.params).map(([key, declared]) => {
    const long = typeof declared === 'object' ? declared : { default: declared, help: '', advanced: false };
    const { type: _type, ...rest } = { type: undefined, ...long };
    return { ...rest, key, type: typeOf(declared) };
  });
}

/**
 * The value of every declared parameter: what was given, else its default. Values may come as text (`-p epochs=20`). A recipe that
 * declares none takes whatever is given: its program knows what it wants.
 *
 * @throws AppError INVALID_INPUT naming the parameter, the value and what fits
 */
export function programParameters(
  recipe: Pick<Recipe, 'params'>,
  given: Given,
): Record<string, ParameterValue> {
  const declared = declaredParameters(recipe);
  if (declared.length === 0)
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, guess(value)]));
  const keys = declared.map(({ key }) => key);
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const near = nearest(unknown, keys);
    throw new AppError('INVALID_INPUT', `The recipe has no parameter "${unknown}".`, {
      nextStep: `${near ? `Did you mean ${near}? ` : ''}It has: ${keys.join(', ')}.`,
      details: { parameter: unknown },
    });
  }
  const values: Record<string, ParameterValue> = {};
  for (const parameter of declared) {
    const value = given[parameter.key] ?? parameter.default;
    if (value === null) continue;
    values[parameter.key] = checkParameter(parameter, value);
  }
  return values;
}

function typeOf(declared: RecipeParameter): TemplateParameter['type'] {
  const {
    type,
    choices,
    default: value,
  } = typeof declared === 'object' ? declared : { type: undefined, choices: undefined, default: declared };
  if (type) return type;
  if (choices) return 'choice';
  // Nobody writes 1.0 for a rate that happens to be whole: without a word on it, a number may be any number.
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

/** Text from a command line as the number or truth value that it looks like. */
function guess(value: ParameterValue): ParameterValue {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) ? Number(value) : value;
}
