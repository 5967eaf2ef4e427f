import { AppError } from '../../kernel/app-error.ts';

/** A file that a Croissant description names. */
export interface CroissantFile {
  /** What it is called in the version: its own relative address, or the last part of a full one. */
  readonly name: string;
  readonly contentUrl: string;
  /** Lower-case hex digits. */
  readonly sha256: string | null;
}

type Node = Readonly<Record<string, unknown>>;

const MOST_FILES = 100_000;

/**
 * The files that a Croissant description (MLCommons, 1.0 and 1.1) brings along: every FileObject with an address of its own. Files inside of archives come with their archive, and
 * a FileSet only says which of the files belong together.
 *
 * @param location of the description, for messages
 * @throws AppError DATA_MALFORMED, UNSUPPORTED
 */
export function readCroissant(
  text: string,
  location: string,
): { name: string | null; files: CroissantFile[] } {
  const root = parsed(text, location);
  const files: CroissantFile[] = [];
  for (const node of listOf(root, 'distribution')) {
    if (!kindsOf(node).some((kind) => /(^|[:/])FileObject$/.test(kind))) continue;
    if (read(node, 'containedIn') !== undefined) continue;
    files.push(fileOf(node, location));
  }
  if (files.length === 0) throw fault(location, 'it names no file (FileObject) with an address');
  if (files.length > MOST_FILES) throw fault(location, `it names more than ${MOST_FILES} files`);
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) throw fault(location, `two files of it would be called "${name}"`);
    seen.add(name);
  }
  return { name: typeof root.name === 'string' ? root.name : null, files };
}

function parsed(text: string, location: string): Node {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw fault(location, `it is no JSON (${(error as Error).message})`);
  }
  if (!isNode(value)) throw fault(location, 'it is no JSON object');
  const says = JSON.stringify([value.conformsTo, value['dct:conformsTo'], value['@context']]);
  if (!/mlcommons\.org\/croissant/.test(says))
    throw fault(location, 'it does not say that it conforms to http://mlcommons.org/croissant/');
  return value;
}

function fileOf(node: Node, location: string): CroissantFile {
  const named = String(node['@id'] ?? node.name ?? '?');
  const contentUrl = read(node, 'contentUrl');
  if (typeof contentUrl !== 'string' || contentUrl === '')
    throw fault(location, `the file "${named}" has no "contentUrl"`);
  const digest = read(node, 'sha256');
  const sha256 = typeof digest === 'string' && /^[0-9a-fA-F]{64}$/.test(digest) ? digest.toLowerCase() : null;
  return { name: nameOf(contentUrl, named, location), contentUrl, sha256 };
}

function nameOf(contentUrl: string, named: string, location: string): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(contentUrl)) return contentUrl.replace(/^\.\//, '');
  if (!/^https?:/i.test(contentUrl) || !URL.canParse(contentUrl)) {
    throw new AppError('UNSUPPORTED', `${location}: the file "${named}" lies at ${contentUrl}.`, {
      nextStep: 'Files are fetched from http and https addresses, and from beside the description.',
      details: { path: location },
    });
  }
  const last = new URL(contentUrl).pathname.split('/').at(-1)!;
  try {
    return decodeURIComponent(last) || named;
  } catch {
    return last || named;
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys stand with the prefixes `cr:` and `sc:` where the context does not give them short names. */
const read = (node: Node, key: string): unknown => node[key] ?? node[`sc:${key}`] ?? node[`cr:${key}`];

function listOf(node: Node, key: string): Node[] {
  const value = read(node, key);
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

function kindsOf(node: Node): string[] {
  const kinds = node['@type'];
  return (Array.isArray(kinds) ? kinds : [kinds]).map(String);
}

function fault(location: string, reason: string): AppError {
  return new AppError('DATA_MALFORMED', `${location}: ${reason}.`, {
    nextStep: 'Name a Croissant description (JSON-LD), or import the files themselves.',
    details: { path: location, reason },
  });
}
