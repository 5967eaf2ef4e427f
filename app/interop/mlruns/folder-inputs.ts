import fs from 'node:fs';
import path from 'node:path';
import type { ClientDataset } from '../../kernel/ports/tracking.ts';
import { readYaml } from '../yaml-facts.ts';

/** Names of folders that MLflow makes of hashes; nothing else is looked up by a name that a file gives. */
const HASH = /^[0-9a-f]{16,64}$/;

/** The data that a run of a file store read: `inputs` of the run names folders in `datasets` of its experiment. */
export async function folderDatasets(runFolder: string): Promise<ClientDataset[]> {
  const inputs = path.join(runFolder, 'inputs');
  const entries = await fs.promises.readdir(inputs, { withFileTypes: true }).catch(() => []);
  const datasets: ClientDataset[] = [];
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const input = await readYaml(path.join(inputs, entry.name, 'meta.yaml'));
    if (typeof input?.source_id !== 'string' || !HASH.test(input.source_id)) continue;
    const folder = path.join(path.dirname(runFolder), 'datasets', input.source_id);
    if ((await fs.promises.lstat(folder).catch(() => null))?.isDirectory() !== true) continue;
    const said = await readYaml(path.join(folder, 'meta.yaml'));
    if (typeof said?.name !== 'string' || typeof said.digest !== 'string') continue;
    datasets.push({
      name: said.name,
      digest: said.digest,
      sourceType: textOf(said.source_type) ?? '',
      source: textOf(said.source) ?? '',
      schema: textOf(said.schema),
      profile: textOf(said.profile),
      tags: tagsOf(input.tags),
    });
  }
  return datasets;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value !== 'None' ? value : null;

function tagsOf(value: unknown): ClientDataset['tags'] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, each]) => ({ key, value: String(each) }));
}
