import { type ImportSource, tagKey } from '../../../../app/contract/datasets.contract.ts';
import { importSource } from '../../../../app/contract/import-source.ts';

/** Where an import may come from; `files` are paths, or what a browser sends. */
export const sourceKinds = [
  ['files', 'Files'],
  ['glob', 'Pattern'],
  ['url', 'URL'],
  ['s3', 'S3 bucket'],
  ['sql', 'SQL query'],
  ['croissant', 'Croissant'],
] as const;
export type SourceKind = (typeof sourceKinds)[number][0];

/** Everything that is typed about an import, as text. */
export interface ImportDraft {
  readonly kind: SourceKind;
  readonly paths: string;
  readonly pattern: string;
  readonly url: string;
  readonly digest: string;
  readonly fileName: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint: string;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly engine: 'duckdb' | 'sqlite' | 'postgresql';
  readonly database: string;
  readonly query: string;
  readonly location: string;
  /** Name of a secret; empty: none. */
  readonly credential: string;
  readonly include: string;
  readonly exclude: string;
  readonly rehash: boolean;
  /** Empty: found out. */
  readonly format: string;
  readonly tags: string;
}

export const emptyImport: ImportDraft = {
  kind: 'files',
  paths: '',
  pattern: '',
  url: '',
  digest: '',
  fileName: '',
  bucket: '',
  prefix: '',
  endpoint: '',
  region: '',
  pathStyle: true,
  engine: 'postgresql',
  database: '',
  query: '',
  location: '',
  credential: '',
  include: '',
  exclude: '',
  rehash: false,
  format: '',
  tags: '',
};

export const linesOf = (text: string): string[] => text.split('\n').flatMap((line) => line.trim() || []);

/** What the source is called where nobody names the data set. */
export function wordsOfSource(draft: ImportDraft): string {
  switch (draft.kind) {
    case 'files':
      return linesOf(draft.paths)[0] ?? '';
    case 'glob':
      return draft.pattern.split(/[*?[{]/)[0] ?? '';
    case 'url':
      return draft.fileName || (draft.url.split(/[?#]/)[0] ?? '');
    case 's3':
      return draft.prefix || draft.bucket;
    case 'sql':
      return /\bfrom\s+"?([A-Za-z_][\w.]*)/i.exec(draft.query)?.[1] ?? '';
    case 'croissant':
      return draft.location;
  }
}

type Read =
  | { readonly source: ImportSource; readonly problem: null }
  /** An empty problem: nothing is given yet. */
  | { readonly source: null; readonly problem: string };

/** The source that a draft says, or what is wrong with it. Files that a browser has to send first are not its matter. */
export function readSource(draft: ImportDraft): Read {
  const said = saySource(draft);
  if (said === null) return { source: null, problem: '' };
  const read = importSource.safeParse(said);
  if (read.success) return { source: read.data, problem: null };
  const [issue] = read.error.issues;
  return { source: null, problem: issue ? `${String(issue.path.at(-1) ?? 'source')}: ${issue.message}` : '' };
}

function saySource(draft: ImportDraft): object | null {
  const text = (value: string) => value.trim() || null;
  const given = (...values: readonly string[]) => values.every((value) => value.trim() !== '');
  const credential = text(draft.credential);
  switch (draft.kind) {
    case 'files': {
      const paths = linesOf(draft.paths);
      return paths.length === 0 ? null : { kind: 'paths', paths };
    }
    case 'glob':
      return given(draft.pattern) ? { kind: 'glob', pattern: draft.pattern.trim() } : null;
    case 'url':
      return given(draft.url)
        ? {
            kind: 'url',
            url: draft.url.trim(),
            digest: text(draft.digest),
            name: text(draft.fileName),
            credential,
          }
        : null;
    case 's3':
      return given(draft.bucket)
        ? {
            kind: 's3',
            bucket: draft.bucket.trim(),
            prefix: draft.prefix.trim(),
            endpoint: text(draft.endpoint),
            ...(given(draft.region) && { region: draft.region.trim() }),
            pathStyle: draft.pathStyle,
            credential,
          }
        : null;
    case 'sql':
      return given(draft.database, draft.query)
        ? {
            kind: 'sql',
            engine: draft.engine,
            database: draft.database.trim(),
            query: draft.query,
            credential,
          }
        : null;
    case 'croissant':
      return given(draft.location)
        ? { kind: 'croissant', location: draft.location.trim(), credential }
        : null;
  }
}

/** Tags typed as `key=value` or `key`, divided by commas or lines. */
export function readTags(text: string): {
  readonly tags: Readonly<Record<string, string>>;
  readonly problem: string | null;
} {
  const tags: Record<string, string> = {};
  for (const part of text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    const at = part.indexOf('=');
    const key = tagKey.safeParse(at < 0 ? part : part.slice(0, at));
    if (!key.success)
      return { tags: {}, problem: `“${part}”: ${key.error.issues[0]?.message ?? 'not a tag'}.` };
    tags[key.data] = at < 0 ? '' : part.slice(at + 1).trim();
  }
  return { tags, problem: null };
}
