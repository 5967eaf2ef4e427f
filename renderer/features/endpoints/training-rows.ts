import type { ModelVersion } from '../../../app/contract/models.contract.ts';

/** A version of a data set by name and number. */
export interface DataRef {
  readonly dataset: string;
  readonly version: number | undefined;
}

/**
 * The data a model was trained on, from the provenance in its file: keys such as `lathe.dataset` and
 * `lathe.dataset_version`, or a JSON document under `lathe.provenance`. Null where the file does not say.
 */
export function trainingData(metadata: ModelVersion['metadata']): DataRef | null {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(metadata)) {
    flat.set(plainKey(key), value);
    for (const [inner, found] of jsonEntries(value)) if (!flat.has(inner)) flat.set(inner, found);
  }
  const named = flat.get('dataset') ?? flat.get('datasetname') ?? flat.get('data');
  if (!named) return null;
  const [dataset = '', at] = named.split(/@v?/);
  const version = Number((at ?? flat.get('datasetversion') ?? flat.get('version') ?? '').replace(/^v/, ''));
  return dataset === ''
    ? null
    : { dataset, version: Number.isInteger(version) && version > 0 ? version : undefined };
}

function plainKey(key: string): string {
  return (key.split('.').at(-1) ?? key).replaceAll(/[_-]/g, '').toLowerCase();
}

/** Strings and numbers of a JSON document, one level down, by plain key. */
function jsonEntries(text: string): [string, string][] {
  if (!text.startsWith('{')) return [];
  try {
    const document = JSON.parse(text) as Record<string, unknown>;
    const entries = Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
      if (value === null || typeof value !== 'object') return [[key, value]];
      const { name, dataset, version } = value as Record<string, unknown>;
      if (!/data/i.test(key)) return [];
      return [
        [key, name ?? dataset],
        ['datasetversion', version],
      ];
    });
    return entries.flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[plainKey(key), String(value)]] : [],
    );
  } catch {
    return [];
  }
}
