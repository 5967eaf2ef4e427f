import type { TemplateParameter } from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';

/**
 * A given value as its declaration wants it; it may come as text (`-p epochs=20`).
 *
 * @throws AppError INVALID_INPUT naming the parameter, the value and what fits
 */
export function checkParameter(parameter: TemplateParameter, value: ParameterValue): ParameterValue {
  const {
    key,
    type,
    choices = [],
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  } = parameter;
  switch (type) {
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      const fits =
        Number.isFinite(number) &&
        number >= min &&
        number <= max &&
        (type === 'number' || Number.isSafeInteger(number));
      if (!fits)
        throw invalid(
          key,
          `${key} is "${value}".`,
          `Give ${type === 'integer' ? 'a whole number' : 'a number'} from ${min} to ${max}.`,
        );
      return number;
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value;
      if (/^(true|false)$/i.test(String(value))) return /^true$/i.test(String(value));
      throw invalid(key, `${key} is "${value}".`, 'Give true or false.');
    }
    case 'choice':
      if (!choices.includes(String(value)))
        throw invalid(key, `${key} is "${value}".`, `Give one of: ${choices.join(', ')}.`);
      return String(value);
    case 'integers': {
      const sizes = names(value);
      const wrong = sizes.find((size) => !/^[1-9]\d{0,5}$/.test(size));
      if (wrong !== undefined || sizes.length === 0) {
        throw invalid(
          key,
          `${key} is "${value}".`,
          'Give whole numbers from 1 to 999999 separated by commas, for example 256,128.',
        );
      }
      return sizes.join(',');
    }
    default:
      return String(value);
  }
}

/** Words of a list that is written with commas. */
export function names(value: ParameterValue | undefined): string[] {
  return String(value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function invalid(field: string, message: string, nextStep: string): AppError {
  return new AppError('INVALID_INPUT', message, { nextStep, details: { field } });
}
