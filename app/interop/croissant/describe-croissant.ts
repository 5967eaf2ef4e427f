import type { ColumnType } from '../../contract/datasets.contract.ts';
import type { CroissantFacts } from '../../kernel/ports/croissant.ts';
import { croissantContext } from './croissant-context.ts';

const dataTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'sc:Integer',
  number: 'sc:Float',
  boolean: 'sc:Boolean',
  text: 'sc:Text',
  time: 'sc:DateTime',
};

const encodings: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  tab: 'text/tab-separated-values',
  parquet: 'application/x-parquet',
  jsonl: 'application/jsonlines',
  ndjson: 'application/jsonlines',
  json: 'application/json',
  txt: 'text/plain',
  md: 'text/markdown',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tar: 'application/x-tar',
  zip: 'application/zip',
};

/** Formats whose columns a reader of Croissant finds in the files by their names. */
const tableFormats = new Set(['csv', 'tsv', 'jsonl', 'parquet']);
/** So many files get a record set each; of more, the first would say as much. */
const MOST_RECORD_SETS = 100;

/** The Croissant description (MLCommons, 1.1) of a version whose files lie beside it. */
export function describeCroissant(facts: CroissantFacts): object {
  const files = facts.files.map(({ path, sizeBytes, sha256 }) => ({
    '@type': 'cr:FileObject',
    '@id': path,
    name: path,
    contentUrl: path,
    contentSize: `${sizeBytes} B`,
    encodingFormat: encodingOf(path),
    sha256,
  }));
  return {
    '@context': croissantContext,
    '@type': 'sc:Dataset',
    name: facts.name,
    description: facts.description || `Version ${facts.version} of ${facts.name}.`,
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    version: `${facts.version}.0.0`,
    datePublished: new Date(facts.createdAt).toISOString(),
    url: facts.url ?? `urn:blake3:${facts.digest}`,
    ...(facts.license === null ? {} : { license: facts.license }),
    ...(facts.author === '' ? {} : { creator: { '@type': 'sc:Person', name: facts.author } }),
    distribution: files,
    recordSet: recordSetsOf(facts),
  };
}

const encodingOf = (path: string): string =>
  encodings[/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';

function recordSetsOf({ format, columns, files, labelColumn }: CroissantFacts): object[] {
  if (format === null || !tableFormats.has(format)) return [];
  return files.slice(0, MOST_RECORD_SETS).map((file, index) => {
    const id = files.length === 1 ? 'rows' : `rows-${index + 1}`;
    return {
      '@type': 'cr:RecordSet',
      '@id': id,
      name: id,
      description: `The rows of ${file.path}.`,
      field: columns.map(({ name, type }, place) => ({
        '@type': 'cr:Field',
        // Names of columns may hold anything; what other places point to is the number.
        '@id': `${id}/${place + 1}`,
        name,
        dataType: name === labelColumn ? [dataTypes[type], 'cr:Label'] : dataTypes[type],
        source: { fileObject: { '@id': file.path }, extract: { column: name } },
      })),
    };
  });
}
