/**
 * The text of a parameter `x.value`, which is stored as JSON: a text in quotes, a number or a boolean. Only a value with a backslash
 * in it needs to be decoded.
 */
export const PARAM_TEXT = `CASE WHEN instr(x.value, '\\') > 0 THEN x.value ->> '$' ELSE trim(x.value, '"') END`;

/** An expression's number, where its text is one as JSON writes them; NULL otherwise. The same as `numberIn` of the contract. */
export const numberSql = (text: string): string =>
  `CASE WHEN ${text} GLOB '[-0-9]*' AND NOT ${text} GLOB '*[^-+.0-9eE]*' AND json_valid(${text}) THEN CAST(${text} AS REAL) END`;
