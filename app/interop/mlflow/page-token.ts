import { invalid } from './mlflow-error.ts';

/** Where the next page begins, as a client hands it back. @throws MlflowError for a token that is none */
export function readPageToken(token: string): number {
  if (token === '') return 0;
  let offset: unknown;
  try {
    offset = JSON.parse(Buffer.from(token, 'base64').toString('utf8')).offset;
  } catch {
    throw invalid('Invalid page token, could not base64-decode');
  }
  const number = Number(offset);
  if (!Number.isSafeInteger(number) || number <= 0)
    throw invalid(`Invalid page token, parsed value={'offset': ${String(offset)}}`);
  return number;
}

export const pageToken = (offset: number): string => Buffer.from(`{"offset": ${offset}}`).toString('base64');

/** The token of the page after one, where there is more. */
export function nextPage(more: boolean, offset: number, limit: number): { next_page_token?: string } {
  return more ? { next_page_token: pageToken(offset + limit) } : {};
}
