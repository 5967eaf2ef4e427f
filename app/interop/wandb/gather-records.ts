import type { JobState } from '../../contract/jobs.contract.ts';
import { SYSTEM_METRIC } from '../../contract/runs.contract.ts';
import type { ParameterValue, WireNumber } from '../../contract/wire.ts';
import { toWireNumber } from '../../contract/wire.ts';
import type { ImportedArtifact, ImportedBatch, TransferPoint } from '../../kernel/ports/run-transfer.ts';
import type { ClientDataset } from '../../kernel/ports/tracking.ts';
import { pathOf } from '../source-files.ts';
import type { ArtifactVersion, UsedArtifact } from './artifact-record.ts';
import { type Leaf, leavesOf } from './item-tree.ts';
import type { Item, RunFacts, WandbRecord } from './record.ts';
import type { WandbPart } from './wandb-position.ts';

/** Collects what records say until a batch is handed on. */
export class Gathering {
  readonly #part: WandbPart;
  readonly #metrics: Set<string>;
  readonly #startedAt: number | null;
  #points: TransferPoint[] = [];
  #params: Record<string, ParameterValue> = {};
  #tags: Record<string, string> = {};
  #summary: Record<string, string | WireNumber | boolean> = {};
  #environment: Record<string, string> = {};
  #artifacts: ImportedArtifact[] = [];
  #datasets: ClientDataset[] = [];
  #versions: ArtifactVersion[] = [];
  #output = { stdout: '', stderr: '' };
  #status: JobState | undefined;
  #heldBytes = 0;
  lastMs: number | undefined;

  /**
   * @param part is kept up to date
   * @param startedAt when the run began, in epoch milliseconds; null where the log does not tell
   */
  constructor(part: WandbPart, startedAt: number | null) {
    this.#part = part;
    this.#startedAt = startedAt;
    this.#metrics = new Set(part.metrics);
  }

  get full(): boolean {
    return this.#points.length >= 16_384 || this.#heldBytes >= 4 << 20;
  }

  add(record: WandbRecord): void {
    switch (record?.kind) {
      case 'run':
        this.#addRun(record.run);
        break;
      case 'config':
        this.#addConfig(leavesOf(record.items));
        break;
      case 'history':
        this.#addHistory(leavesOf(record.items), record.step);
        break;
      case 'summary':
        this.#addSummary(leavesOf(record.items));
        break;
      case 'output':
        this.#output[record.stream] += record.text;
        this.#heldBytes += record.text.length;
        break;
      case 'environment':
        Object.assign(this.#environment, record.values);
        break;
      case 'exit':
        this.#status = record.code === 0 ? 'finished' : 'failed';
        break;
      case 'reading':
        this.#addReading(record.items, record.timeMs);
        break;
      case 'artifact':
        this.#addArtifact(record.artifact);
        break;
      case 'used-artifact':
        this.#datasets.push(inputOf(record.used, record.used.id));
    }
  }

  /** What was gathered, and then nothing is. The files of the versions are still to be looked for. */
  take(): Omit<ImportedBatch, 'position'> & { readonly versions: readonly ArtifactVersion[] } {
    this.#part.metrics = [...this.#metrics];
    const output = (['stdout', 'stderr'] as const).flatMap((stream) => {
      const text = this.#output[stream];
      const offsetBytes = this.#part.output[stream];
      this.#part.output[stream] += Buffer.byteLength(text);
      return text === '' ? [] : [{ stream, offsetBytes, text }];
    });
    const batch = {
      points: this.#points,
      params: this.#params,
      tags: this.#tags,
      summary: Object.fromEntries(Object.entries(this.#summary).filter(([key]) => !this.#metrics.has(key))),
      environment: this.#environment,
      artifacts: this.#artifacts,
      datasets: this.#datasets,
      versions: this.#versions,
      output,
      ...(this.#status && { status: this.#status }),
      ...(this.lastMs !== undefined && { endedAt: this.lastMs }),
    };
    this.#points = [];
    this.#params = {};
    this.#tags = {};
    this.#summary = {};
    this.#environment = {};
    this.#artifacts = [];
    this.#datasets = [];
    this.#versions = [];
    this.#output = { stdout: '', stderr: '' };
    this.#heldBytes = 0;
    return batch;
  }

  #addRun(run: RunFacts): void {
    this.#status = undefined;
    const tags: Record<string, string> = {
      'wandb.id': run.id,
      'wandb.entity': run.entity,
      'wandb.group': run.group,
      'wandb.job_type': run.jobType,
      'wandb.sweep': run.sweep,
      'wandb.notes': run.notes,
      'wandb.tags': run.tags.join(', '),
    };
    for (const [key, value] of Object.entries(tags)) if (value !== '') this.#tags[key] = value;
    if (run.host !== '') this.#environment.host = run.host;
    this.#addConfig(leavesOf(run.config));
  }

  /** A version that the run made is told by a tag; its files come among the run's own. */
  #addArtifact(artifact: ArtifactVersion): void {
    const { type, name, digest, aliases, isInput } = artifact;
    if (isInput) this.#datasets.push(inputOf(artifact, digest));
    else this.#tags[`wandb.artifact.${name}`] = [type, digest, ...aliases.toSorted()].join(' ');
    this.#versions.push(artifact);
    this.#heldBytes += artifact.files.length * 256;
  }

  #addConfig(leaves: readonly Leaf[]): void {
    for (const { key, value } of leaves) {
      if (key === '_wandb' || key.startsWith('_wandb.')) continue;
      const whole = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
      this.#params[key] =
        typeof whole === 'string' || typeof whole === 'number' || typeof whole === 'boolean'
          ? whole
          : (JSON.stringify(whole) ?? 'null');
    }
  }

  #addSummary(leaves: readonly Leaf[]): void {
    for (const { key, value } of leaves) {
      if (key.startsWith('_')) continue;
      if (typeof value === 'number') this.#summary[key] = toWireNumber(value);
      else if (typeof value === 'string' || typeof value === 'boolean') this.#summary[key] = value;
    }
  }

  #addHistory(leaves: readonly Leaf[], recordStep: number | null): void {
    const numberOf = (name: string) => leaves.find(({ key }) => key === name)?.value;
    const named = numberOf('_step');
    const step = recordStep ?? (typeof named === 'number' ? named : 0);
    const seconds = numberOf('_timestamp');
    if (typeof seconds === 'number') this.lastMs = Math.round(seconds * 1000);
    const timeMs = this.lastMs ?? 0;
    for (const { key, value } of leaves) {
      if (key.startsWith('_')) continue;
      if (typeof value === 'number' || typeof value === 'boolean') {
        this.#metrics.add(key);
        this.#points.push({ key, step, timeMs, value: Number(value) });
      } else if (typeof value === 'object' && value !== null) this.#addMedia(key, step, timeMs, value);
    }
  }

  /** Among the machine's telemetry, whose steps are whole seconds since the run began. */
  #addReading(items: readonly Item[], timeMs: number): void {
    const step = Math.max(0, Math.floor((timeMs - (this.#startedAt ?? timeMs)) / 1000));
    for (const { path, value } of items)
      if (typeof value === 'number')
        this.#points.push({ key: `${SYSTEM_METRIC}${path.join('.')}`, step, timeMs, value });
  }

  /** Files of media are taken with the folder's other files; here is only noted what they are called. */
  #addMedia(key: string, step: number, timeMs: number, value: object): void {
    const { _type: type, path, filenames, bins, values, packedBins } = value as Record<string, unknown>;
    if (type === 'histogram') {
      const buckets = bucketsOf(bins, values, packedBins);
      const bytes = Buffer.from(`${JSON.stringify({ step, timeMs, buckets })}\n`);
      this.#artifacts.push({
        path: `histograms/${pathOf(key)}.jsonl`,
        kind: 'table',
        key,
        content: { from: 'append', bytes },
      });
      this.#heldBytes += bytes.length;
    }
    const names = Array.isArray(filenames) ? filenames : [path];
    for (const name of names) if (typeof name === 'string') this.#part.media[name] = { key, step };
  }
}

/** An artifact that a run read, as data that it read. */
const inputOf = ({ name, type }: Pick<UsedArtifact, 'name' | 'type'>, digest: string): ClientDataset => ({
  name,
  digest,
  sourceType: 'wandb',
  source: name,
  schema: null,
  profile: null,
  tags: [{ key: 'wandb.type', value: type }],
});

/** Counts between edges: edges as a list, or as a start, a width and a number. */
function bucketsOf(bins: unknown, values: unknown, packed: unknown): unknown[] {
  if (!Array.isArray(values)) return [];
  let edgeOf = (index: number): unknown => (Array.isArray(bins) ? bins[index] : null);
  if (typeof packed === 'object' && packed !== null) {
    const { min, size } = packed as Record<string, unknown>;
    edgeOf = (index) => Number(min) + index * Number(size);
  }
  return values.map((count, index) => [edgeOf(index), edgeOf(index + 1), count]);
}
