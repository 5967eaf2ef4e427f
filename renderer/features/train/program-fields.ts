import type { ParameterValue } from '../../../app/contract/wire.ts';

/** What a text of one parameter means: a number or a yes or no where it reads as one, else the text itself. */
export function parameterValueOf(text: string): ParameterValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** Lines of `key=value`; the first line that is none is named. Empty lines are passed over. */
export function readPairs(text: string): {
  readonly pairs: Readonly<Record<string, string>>;
  readonly problem: string | null;
} {
  const pairs: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const words = line.trim();
    if (words === '') continue;
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/.exec(words) ?? [];
    if (key === undefined || value === undefined)
      return { pairs, problem: `“${words}” is no parameter. Write one as learning_rate=0.01.` };
    pairs[key] = value;
  }
  return { pairs, problem: null };
}

/** Words of a command line, quoted as in a shell; nothing in them is expanded. */
export function readWords(text: string): {
  readonly words: readonly string[];
  readonly problem: string | null;
} {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    const escapes = char === '\\' && quote !== "'";
    if (escapes && index + 1 < text.length) {
      index += 1;
      word = (word ?? '') + text.charAt(index);
    } else if (char === quote) quote = null;
    else if (quote === null && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === null && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  return { words, problem: quote === null ? null : `A ${quote} is opened and not closed.` };
}

/** Words as `readWords` takes them, each quoted where it has to be. */
export function writeWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
