/** What a record set of a Croissant description says of a table. */
export interface RecordSet {
  /** Which files it reads: names or patterns inside the version. */
  readonly patterns: readonly string[];
  readonly fields: readonly { readonly name: string; readonly column: string; readonly isLabel: boolean }[];
}

type Node = Readonly<Record<string, unknown>>;

/**
 * Record sets whose fields are columns of one file or file set; others (pictures, joins, inline data) are left out. Keys are read with and without the
 * prefix `cr:`. Null for anything that is no Croissant description.
 */
export function readRecordSets(json: string): readonly RecordSet[] | null {
  const root = parsed(json);
  if (!root || !isDescription(root)) return null;
  const patterns = new Map<string, readonly string[]>();
  for (const node of listOf(root, 'distribution')) {
    const id = idOf(node);
    const isSet = String(node['@type'] ?? '').endsWith('FileSet');
    const names = isSet ? textsOf(node, 'includes') : [fileName(node)];
    if (id)
      patterns.set(
        id,
        names.filter((name) => name !== null),
      );
  }
  return listOf(root, 'recordSet').flatMap((set) => {
    const fields = listOf(set, 'field').map(fieldOf);
    const sources = new Set(fields.map((field) => field?.source));
    const [source] = sources;
    if (sources.size !== 1 || !source || fields.includes(null)) return [];
    return [{ patterns: patterns.get(source) ?? [], fields: fields.map((field) => field!) }];
  });
}

function parsed(json: string): Node | null {
  try {
    const value: unknown = JSON.parse(json.replace(/^\uFEFF/, ''));
    return isNode(value) ? value : null;
  } catch {
    return null;
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isDescription(root: Node): boolean {
  const says = JSON.stringify([root.conformsTo, root['dct:conformsTo'], root['@context']]);
  return /mlcommons\.org\/croissant/.test(says);
}

const fieldValue = (node: Node, key: string): unknown => node[key] ?? node[`cr:${key}`] ?? node[`sc:${key}`];

function listOf(node: Node, key: string): Node[] {
  const value = fieldValue(node, key);
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

function textsOf(node: Node, key: string): string[] {
  const value = fieldValue(node, key);
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
}

function idOf(node: Node): string | null {
  const id = node['@id'] ?? node.name;
  return typeof id === 'string' ? id : null;
}

/** What the source driver calls a file in the version: a relative address as it is, else the last part. */
function fileName(node: Node): string | null {
  const [address] = textsOf(node, 'contentUrl');
  if (address === undefined) return null;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return address.replace(/^\.\//, '');
  return URL.canParse(address) ? decodeURIComponent(new URL(address).pathname.split('/').at(-1)!) : null;
}

function fieldOf(node: Node): { name: string; column: string; isLabel: boolean; source: string } | null {
  const [source] = listOf(node, 'source');
  if (!source) return null;
  const [from] = [
    ...listOf(source, 'fileObject'),
    ...listOf(source, 'fileSet'),
    ...listOf(source, 'distribution'),
  ];
  const [extract] = listOf(source, 'extract');
  const [column] = extract ? textsOf(extract, 'column') : [];
  const sourceId = from ? idOf(from) : null;
  const name = typeof node.name === 'string' ? node.name : idOf(node)?.split('/').at(-1);
  if (!sourceId || !column || !name) return null;
  const types = textsOf(node, 'dataType');
  return { name, column, source: sourceId, isLabel: types.some((type) => /(^|[:/])Label$/.test(type)) };
}
