import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';

/**
 * One line as words, as a shell reads plain words and quotes: spaces part words, `'…'` is taken as it stands, in `"…"` and outside
 * of quotes `\` takes the next character as it stands. Nothing is expanded; no shell is ever started.
 *
 * @throws AppError INVALID_INPUT for a quote without its end
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: "'" | '"' | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === quote) quote = null;
    else if (quote === null && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line[++at];
    else word = (word ?? '') + character;
  }
  if (quote !== null) {
    throw new AppError('INVALID_INPUT', `The command has a ${quote} without its end: ${line}`, {
      nextStep: 'Close the quote, or write the command as a list of words.',
      details: { command: line },
    });
  }
  if (word !== null) words.push(word);
  return words;
}

/**
 * Fill in what a recipe's command refers to: `{key}` a parameter's value, `{params}` as a word of its own every parameter as
 * `--key value`, `{input:NAME}` the folder of an input, seen from the working folder, `{{` and `}}` braces.
 *
 * @throws AppError INVALID_INPUT for a name that is not there
 */
export function fillCommand(
  words: readonly string[],
  params: Readonly<Record<string, ParameterValue>>,
  inputs: readonly string[],
): string[] {
  return words.flatMap((word) =>
    word === '{params}'
      ? Object.entries(params).flatMap(([key, value]) => [`--${key}`, String(value)])
      : [fillWord(word, params, inputs)],
  );
}

function fillWord(
  word: string,
  params: Readonly<Record<string, ParameterValue>>,
  inputs: readonly string[],
): string {
  return word.replace(/\{\{|\}\}|\{([A-Za-z_][\w.-]*|input:[^{}]+)\}/g, (whole, name?: string) => {
    if (name === undefined) return whole[0]!;
    if (name.startsWith('input:')) {
      const input = name.slice('input:'.length);
      if (!inputs.includes(input)) throw unknown('input', input, inputs);
      // The same from <run>/code as in a container's /lathe/code.
      return `../inputs/${input}`;
    }
    const value = params[name];
    if (value === undefined) throw unknown('parameter', name, Object.keys(params));
    return String(value);
  });
}

function unknown(what: string, name: string, names: readonly string[]): AppError {
  const near = nearest(name, [...names]);
  return new AppError('INVALID_INPUT', `The command refers to the ${what} "${name}", which is not there.`, {
    nextStep: near
      ? `Did you mean ${near}?`
      : names.length > 0
        ? `There are: ${names.join(', ')}. Write {{ and }} for braces.`
        : `Declare it in the recipe, or write {{ and }} for braces.`,
    details: { [what]: name },
  });
}
