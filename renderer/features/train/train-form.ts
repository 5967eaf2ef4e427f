import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { TemplateParameter } from '../../../app/contract/training.contract.ts';
import type { ParameterValue } from '../../../app/contract/wire.ts';

/** What declares parameters: a template, or a recipe that was described. */
interface Declaration {
  readonly parameters: readonly TemplateParameter[];
}

/** Text of each field as typed, by parameter key; booleans are "true" and "false". */
export type ParameterFields = Readonly<Record<string, string>>;

/** The fields of a template filled with values that were given, else its defaults. */
export function initialFields(
  template: Declaration,
  given: Readonly<Record<string, ParameterValue>> = {},
): ParameterFields {
  return Object.fromEntries(
    template.parameters.map(({ key, default: fallback }) => [key, String(given[key] ?? fallback ?? '')]),
  );
}

/** The column that is most likely the target: one by a usual name, else the last. */
export function likelyTarget(columns: readonly Column[]): string {
  const usual = ['target', 'label', 'class', 'y', 'digit', 'species', 'outcome'];
  const found = columns.find(({ name }) => usual.includes(name.toLowerCase()));
  return found?.name ?? columns.at(-1)?.name ?? '';
}

/** The parameters as the core takes them, and for each field that does not fit, why. */
export function readFields(
  template: Declaration,
  fields: ParameterFields,
  columns: readonly Column[],
): { readonly params: Record<string, ParameterValue>; readonly problems: Readonly<Record<string, string>> } {
  const params: Record<string, ParameterValue> = {};
  const problems: Record<string, string> = {};
  for (const parameter of template.parameters) {
    const text = (fields[parameter.key] ?? '').trim();
    if (text === '') {
      if (parameter.default === null && parameter.type === 'column')
        problems[parameter.key] = 'Choose a column.';
      continue;
    }
    const value = parameterFrom(parameter, text, columns);
    if (typeof value === 'object') problems[parameter.key] = value.problem;
    else params[parameter.key] = value;
  }
  return { params, problems };
}

function parameterFrom(
  { type, choices, min, max }: TemplateParameter,
  text: string,
  columns: readonly Column[],
): ParameterValue | { readonly problem: string } {
  const outside = (value: number) =>
    (min !== undefined && value < min) || (max !== undefined && value > max)
      ? { problem: `${text} is outside ${limits(min, max)}.` }
      : null;
  switch (type) {
    case 'integer':
    case 'number': {
      const value = Number(text);
      if (!Number.isFinite(value)) return { problem: `“${text}” is not a number. Write one like 0.001.` };
      if (type === 'integer' && !Number.isInteger(value))
        return { problem: `${text} is not a whole number.` };
      return outside(value) ?? value;
    }
    case 'integers': {
      const parts = text.split(/[\s,]+/).filter(Boolean);
      for (const part of parts) {
        const value = Number(part);
        if (!Number.isInteger(value)) return { problem: `“${part}” is not a whole number. Write 256,128.` };
        const problem = outside(value);
        if (problem) return problem;
      }
      return parts.join(',');
    }
    case 'boolean':
      return text === 'true';
    case 'choice':
      return choices?.includes(text) ? text : { problem: `“${text}” is none of ${choices?.join(', ')}.` };
    case 'column':
      return columns.length === 0 || columns.some(({ name }) => name === text)
        ? text
        : { problem: `This version has no column “${text}”.` };
    case 'text':
      return text;
  }
}

function limits(min: number | undefined, max: number | undefined): string {
  const words = (value: number | undefined) =>
    value !== undefined && value >= 10_000 ? value.toLocaleString('en-US') : String(value);
  if (min !== undefined && max !== undefined) return `${words(min)} to ${words(max)}`;
  return min !== undefined ? `${words(min)} and above` : `${words(max)} and below`;
}

/** Range and default of a parameter, for the line under its field. */
export function parameterHelp(parameter: TemplateParameter): string {
  const range =
    parameter.min !== undefined || parameter.max !== undefined ? limits(parameter.min, parameter.max) : null;
  return [parameter.help, range].filter(Boolean).join(' · ');
}
