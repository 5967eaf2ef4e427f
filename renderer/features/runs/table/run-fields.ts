import { quotedField } from '../../../../app/contract/run-filter/index.ts';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../../app/contract/wire.ts';
import { formatClock, formatDuration, formatMetric } from '../../../components/format.ts';

/** What a column of the run table can show: `name`, `metrics.loss`, `params.lr`, `tags.purpose`, `curve.loss` … */
export type FieldKind = 'about' | 'metrics' | 'params' | 'tags' | 'curve';

export interface RunField {
  readonly id: string;
  readonly kind: FieldKind;
  /** The part of the id after the kind; of what is about the run itself, the whole. */
  readonly key: string;
  readonly title: string;
  /** What `runs.list` calls the order by it; null where it cannot sort. */
  readonly orderBy: string | null;
}

export type FieldValue = string | number | boolean | null;

/** What is known of every run, by column id, in the order of the column list. */
export const aboutTitles: Readonly<Record<string, string>> = {
  name: 'Run',
  status: 'State',
  experiment: 'Experiment',
  data: 'Data',
  template: 'Template',
  target: 'Target',
  duration: 'Took',
  started: 'Started',
};

const sortable = new Set(['name', 'status', 'experiment', 'template', 'target', 'duration', 'started']);

/** The field of a column id. An id of no known kind is a field about the run that no run has. */
export function fieldOf(id: string): RunField {
  const dot = id.indexOf('.');
  const kind = id.slice(0, Math.max(0, dot));
  const key = id.slice(dot + 1);
  if (kind === 'metrics' || kind === 'params' || kind === 'tags') {
    return { id, kind, key, title: key, orderBy: quotedField(kind, key) };
  }
  if (kind === 'curve') return { id, kind, key, title: key, orderBy: null };
  return { id, kind: 'about', key: id, title: aboutTitles[id] ?? id, orderBy: sortable.has(id) ? id : null };
}

/** A run's value of a field; NaN and infinities as numbers, null where it has none. A curve has none. */
export function fieldValue(run: Run, { kind, key }: RunField): FieldValue {
  if (kind === 'metrics') {
    const value = run.metrics[key];
    return value === undefined ? null : fromWireNumber(value);
  }
  if (kind === 'params') return run.params[key] ?? null;
  if (kind === 'tags') return run.tags[key] ?? null;
  return kind === 'about' ? aboutRun(run, key) : null;
}

function aboutRun(run: Run, key: string): FieldValue {
  switch (key) {
    case 'name':
      return run.name;
    case 'status':
      return run.status;
    case 'experiment':
      return run.experimentName;
    case 'data':
      return run.inputs[0] ? `${run.inputs[0].datasetName} v${run.inputs[0].version}` : null;
    case 'template':
      return run.template;
    case 'target':
      return run.target;
    case 'duration':
      return run.durationMs;
    case 'started':
      return run.startedAt ?? run.createdAt;
    default:
      return null;
  }
}

/** A value in the words of the table. */
export function valueInWords(value: FieldValue, { kind, key }: RunField): string {
  if (value === null) return '–';
  if (kind === 'metrics') return formatMetric(Number(value));
  if (key === 'duration' && kind === 'about') return formatDuration(Number(value));
  if (key === 'started' && kind === 'about') return formatClock(Number(value));
  if (typeof value !== 'number') return String(value);
  // Parameters are what a person typed: short numbers stay as they are, small ones get an exponent.
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential().replace('e-0', 'e-');
  return String(value);
}

/** Half an interval, with the decimals of the mean that it stands beside where they say something. */
export function halfInWords(half: number, mean: number, field: RunField): string {
  const size = Math.abs(mean);
  const four = field.kind === 'metrics' && size >= 0.001 && size < 100;
  return four && half >= 0.00005 ? half.toFixed(4) : valueInWords(half, field);
}

/** Numbers and moments stand at the right of their column. */
export function isNumeric({ kind, key }: RunField): boolean {
  return kind === 'metrics' || kind === 'params' || key === 'duration' || key === 'started';
}

/** Keys that runs have, gathered as pages of runs are read. */
export interface KnownKeys {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tags: readonly string[];
}

/** The keys with those of more runs; the same object where nothing is new. */
export function withKeysOf(known: KnownKeys, runs: readonly Run[]): KnownKeys {
  const next = {
    metrics: new Set(known.metrics),
    params: new Set(known.params),
    tags: new Set(known.tags),
  };
  for (const run of runs) {
    for (const kind of ['metrics', 'params', 'tags'] as const) {
      for (const key in run[kind]) next[kind].add(key);
    }
  }
  const grew = (['metrics', 'params', 'tags'] as const).some((kind) => next[kind].size > known[kind].length);
  if (!grew) return known;
  return { metrics: [...next.metrics], params: [...next.params], tags: [...next.tags] };
}
