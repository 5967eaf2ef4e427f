const WILDCARD = /[*?[{]/;
/** `{1..9}{1..9}…` multiplies; nobody means so many. */
const MOST_PATTERNS = 1000;

/**
 * Split an absolute pattern into the folder before the first wildcard and patterns below it in gitignore's form, anchored to that folder.
 * `{a,b}`, which gitignore does not have, is written out.
 */
export function splitGlob(pattern: string): { folder: string; patterns: string[] } {
  const parts = pattern.replaceAll('\\', '/').split('/');
  const first = parts.findIndex((part) => WILDCARD.test(part));
  if (first < 0) return { folder: pattern, patterns: [] };
  const folder = parts.slice(0, first).join('/') || '/';
  return { folder, patterns: withoutBraces(parts.slice(first).join('/')).map((each) => `/${each}`) };
}

/** Every way to read a pattern with `{a,b}`; an unclosed brace stands for itself. */
function withoutBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    else if (pattern[at] === ',' && depth === 1) commas.push(at);
    else if (pattern[at] === '}' && --depth === 0) {
      const edges = [open, ...commas, at];
      const choices = edges.slice(1).map((edge, index) => pattern.slice(edges[index]! + 1, edge));
      const rest = pattern.slice(at + 1);
      return choices
        .flatMap((choice) => withoutBraces(`${pattern.slice(0, open)}${choice}${rest}`))
        .slice(0, MOST_PATTERNS);
    }
  }
  return [pattern];
}
