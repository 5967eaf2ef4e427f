import { aliasName } from '../../contract/models.contract.ts';
import { AppError } from '../../kernel/app-error.ts';

export interface ModelRef {
  /** Name or id. */
  readonly model: string;
  readonly wanted:
    | { readonly kind: 'latest' }
    | { readonly kind: 'version'; readonly version: number }
    | { readonly kind: 'alias'; readonly alias: string };
}

/**
 * Read `digits`, `digits@3`, `digits@latest` or `digits@champion`.
 *
 * @throws AppError INVALID_INPUT for what is neither
 */
export function parseModelRef(text: string): ModelRef {
  const at = text.indexOf('@');
  if (at === -1) return { model: text, wanted: { kind: 'latest' } };
  const model = text.slice(0, at).trim();
  const selector = text.slice(at + 1).trim();
  if (model === '') throw notARef(text);
  if (selector === 'latest') return { model, wanted: { kind: 'latest' } };
  if (/^[1-9]\d{0,8}$/.test(selector))
    return { model, wanted: { kind: 'version', version: Number(selector) } };
  if (aliasName.safeParse(selector).success) return { model, wanted: { kind: 'alias', alias: selector } };
  throw notARef(text);
}

function notARef(text: string): AppError {
  return new AppError('INVALID_INPUT', `"${text}" does not name a model version.`, {
    nextStep: 'Write name, name@3 or name@alias.',
    details: { ref: text },
  });
}
