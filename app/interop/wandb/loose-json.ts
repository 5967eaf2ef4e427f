/** A value of Python's JSON, where NaN and the infinities stand as bare words; these come as numbers at the top and as texts within. */
export function parseLooseJson(text: string): unknown {
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
  try {
    return JSON.parse(text);
  } catch {
    const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
      token.startsWith('"') ? token : `"${token}"`,
    );
    try {
      return JSON.parse(strict);
    } catch {
      return undefined;
    }
  }
}
