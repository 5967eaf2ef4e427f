import { malformed } from './malformed.ts';
import { checkNames, emptyTable } from './table-names.ts';
import { type TextSource, textChunks } from './text-chunks.ts';

const MAX_LINE_BYTES = 64 * 1024 * 1024;
const LF = 0x0a;

/** What a key's values are in all lines together. */
export type JsonKind = 'boolean' | 'integer' | 'number' | 'text' | 'nested' | 'mixed';

export interface JsonlScan {
  /** Keys in the order in which they first appear; null where only nulls were seen. */
  readonly kinds: ReadonlyMap<string, JsonKind | null>;
  readonly rows: number;
  readonly longestLineBytes: number;
}

/**
 * Read JSON lines once from end to end: every line is one object; blank lines are ignored; keys may be missing.
 *
 * @throws AppError DATA_MALFORMED with the line that is something else
 */
export async function scanJsonl(
  source: TextSource,
  options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<JsonlScan> {
  const kinds = new Map<string, JsonKind | null>();
  let rows = 0;
  let line = 0;
  let longestLineBytes = 0;
  let open: Buffer[] = [];
  let openBytes = 0;

  const take = (bytes: Buffer) => {
    line += 1;
    const text = bytes.toString('utf8').trim();
    if (text === '') return;
    longestLineBytes = Math.max(longestLineBytes, bytes.length);
    rows += 1;
    for (const [key, value] of Object.entries(parseObject(text, source.name, line))) {
      kinds.set(key, joinKinds(kinds.get(key) ?? null, kindOf(value)));
    }
  };

  for await (const chunk of textChunks(source, options.signal)) {
    options.onBytes(chunk.length);
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const tail = chunk.subarray(start, end);
      take(open.length === 0 ? tail : Buffer.concat([...open, tail]));
      open = [];
      openBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      open.push(Buffer.from(chunk.subarray(start)));
      openBytes += chunk.length - start;
    }
    if (openBytes > MAX_LINE_BYTES) {
      throw malformed(
        source.name,
        line + 1,
        `a line longer than ${MAX_LINE_BYTES / 1024 / 1024} MiB`,
        'Write one JSON object a line.',
      );
    }
  }
  if (open.length > 0) take(Buffer.concat(open));
  if (rows === 0) throw emptyTable(source.name);
  if (kinds.size === 0) {
    throw malformed(source.name, 1, 'objects without any key', 'Give every object the columns as keys.');
  }
  checkNames([...kinds.keys()], source.name);
  return { kinds, rows, longestLineBytes };
}

function parseObject(text: string, name: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(name, line, 'this is not JSON', 'Write one complete JSON object on every line.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
    throw malformed(
      name,
      line,
      `${found} where an object was expected`,
      'Write one JSON object on every line, for example {"x": 1, "label": "a"}.',
    );
  }
  return value as Record<string, unknown>;
}

/** The kind that holds both. */
export function joinKinds(a: JsonKind | null, b: JsonKind | null): JsonKind | null {
  if (a === null || b === null || a === b) return a ?? b;
  const numbers: readonly JsonKind[] = ['integer', 'number'];
  return numbers.includes(a) && numbers.includes(b) ? 'number' : 'mixed';
}

function kindOf(value: unknown): JsonKind | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'text';
  if (typeof value !== 'number') return 'nested';
  // Beyond 63 bits SQL has no whole numbers.
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
}
