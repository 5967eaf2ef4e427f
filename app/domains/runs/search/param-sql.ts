import { type Fragment, fragment } from './fragment.ts';

/**
 * The text of a parameter `x.value`, which is stored as JSON: a text in quotes, a number or a boolean. Only a value with a backslash
 * in it needs to be decoded.
 */
export const PARAM_TEXT = `CASE WHEN instr(x.value, '\\') > 0 THEN x.value ->> '$' ELSE trim(x.value, '"') END`;

/** An expression's number, where its text is one as JSON writes them; NULL otherwise. The same as `numberIn` of the contract. */
export const numberSql = (text: string): string =>
  `CASE WHEN ${text} GLOB '[-0-9]*' AND NOT ${text} GLOB '*[^-+.0-9eE]*' AND json_valid(${text}) THEN CAST(${text} AS REAL) END`;

/** So many characters of a text are in the index run_params_by_text. */
const INDEXED = 64;

/** That a run `r` has a parameter with this text. The index names the few runs that may, so that not each run is looked at. */
export function hasParam(key: string, text: string): Fragment {
  const beginning = `substr(${PARAM_TEXT}, 1, ${INDEXED})`;
  return fragment(
    `r.id IN (SELECT x.run_id FROM run_params x WHERE x.key = ? AND ${beginning} = substr(?, 1, ${INDEXED}) AND ${PARAM_TEXT} = ?)`,
    ...[key, text, text],
  );
}
