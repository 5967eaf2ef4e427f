/** What a header of NumPy is made of: dictionaries, tuples and lists, texts, whole numbers, True, False and None. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | readonly Literal[]
  | { readonly [key: string]: Literal };

const DEEPEST = 8;

/** Read a Python literal as data; `undefined` for anything that is none. Nothing is ever evaluated. */
export function readLiteral(text: string): Literal | undefined {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+L?|[A-Za-z_]+|[{}()[\],:]|\S/g) ?? [];
  let at = 0;

  function value(depth: number): Literal | undefined {
    const token = tokens[at++];
    if (token === undefined || depth > DEEPEST) return undefined;
    if (/^['"]/.test(token) && token.length >= 2) return token.slice(1, -1).replace(/\\(.)/g, '$1');
    if (/^-?\d/.test(token)) return Number.parseInt(token, 10);
    if (token === 'True' || token === 'False') return token === 'True';
    if (token === 'None') return null;
    if (token === '(' || token === '[') return sequence(token === '(' ? ')' : ']', depth);
    if (token === '{') return dictionary(depth);
    return undefined;
  }

  function sequence(end: string, depth: number): Literal | undefined {
    const items: Literal[] = [];
    while (tokens[at] !== end) {
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== end) return undefined;
    }
    at++;
    return items;
  }

  function dictionary(depth: number): Literal | undefined {
    const entries: [string, Literal][] = [];
    while (tokens[at] !== '}') {
      const key = value(depth + 1);
      if (typeof key !== 'string' || tokens[at++] !== ':') return undefined;
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      entries.push([key, item]);
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== '}') return undefined;
    }
    at++;
    return Object.fromEntries(entries);
  }

  const literal = value(0);
  return at === tokens.length ? literal : undefined;
}
