/**
 * JSON with integers of 64 bits. `JSON.parse` rounds integers above 2^53 to doubles; where the result holds such a
 * number (`needsExact`), the text is parsed again and every integer that a double cannot hold becomes a BigInt of its
 * own digits. The second pass is slow, so ordinary requests must not need it.
 *
 * @throws SyntaxError for text that is no JSON (bare NaN and Infinity among it)
 */
export function parseExactly(text: string, needsExact: (value: unknown) => boolean): unknown {
  const value: unknown = JSON.parse(text);
  return needsExact(value) ? JSON.parse(text, keepInteger) : value;
}

interface Source {
  readonly source?: string;
}

function keepInteger(_key: string, value: unknown, context?: Source): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
