import { formatBytes } from '../../components/format.ts';

const prefix = 'system/';

/** Whether a series is the machine's telemetry, which is kept apart from what the program recorded. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith(prefix);
}

type Quantity = 'percent' | 'bytes' | 'rate' | 'watts' | 'celsius' | 'other';

function quantityOf(key: string): Quantity {
  if (key.endsWith('_percent')) return 'percent';
  if (key.endsWith('_bytes_per_second')) return 'rate';
  if (key.endsWith('_bytes')) return 'bytes';
  if (key.endsWith('_watts')) return 'watts';
  return key.endsWith('_celsius') ? 'celsius' : 'other';
}

/** A value of a telemetry series with its unit: `41 %`, `31.2 GB`, `212 MB/s`, `288 W`, `71 °C`. */
export function formatTelemetry(key: string, value: number): string {
  if (!Number.isFinite(value)) return '–';
  switch (quantityOf(key)) {
    case 'percent':
      return `${Math.round(value)} %`;
    case 'bytes':
      return formatBytes(value);
    case 'rate':
      return `${formatBytes(value)}/s`;
    case 'watts':
      return `${Math.round(value)} W`;
    case 'celsius':
      return `${Math.round(value)} °C`;
    case 'other':
      return String(Number(value.toPrecision(4)));
  }
}

/** The unit of a chart of these series, and what their values are divided by to be in it. */
export function chartUnit(
  keys: readonly string[],
  greatest: number,
): { readonly unit: string; readonly divisor: number } {
  const quantity = quantityOf(keys[0] ?? '');
  if (quantity === 'percent') return { unit: '%', divisor: 1 };
  if (quantity === 'watts') return { unit: 'W', divisor: 1 };
  if (quantity === 'celsius') return { unit: '°C', divisor: 1 };
  if (quantity === 'other') return { unit: '', divisor: 1 };
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = greatest < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(greatest) / 3));
  return { unit: `${units[power]}${quantity === 'rate' ? '/s' : ''}`, divisor: 1000 ** power };
}

/** Telemetry series that share a small chart. */
export interface TelemetryGroup {
  readonly title: string;
  /** What the numbers mean, where the title does not say it. */
  readonly note: string;
  readonly lines: readonly { readonly key: string; readonly label: string }[];
}

const processor: readonly TelemetryGroup[] = [
  { title: 'CPU', note: '100 % is one core', lines: [{ key: 'system/cpu_percent', label: 'run' }] },
  { title: 'Memory', note: '', lines: [{ key: 'system/memory_bytes', label: 'run' }] },
  {
    title: 'Disk',
    note: '',
    lines: [
      { key: 'system/read_bytes_per_second', label: 'read' },
      { key: 'system/written_bytes_per_second', label: 'written' },
    ],
  },
  {
    title: 'Network',
    note: '',
    lines: [
      { key: 'system/received_bytes_per_second', label: 'received' },
      { key: 'system/sent_bytes_per_second', label: 'sent' },
    ],
  },
];

const machine: readonly TelemetryGroup[] = [
  {
    title: 'Machine CPU',
    note: 'of all cores',
    lines: [{ key: 'system/host_cpu_percent', label: 'machine' }],
  },
  {
    title: 'Machine memory',
    note: '',
    lines: [{ key: 'system/host_memory_bytes', label: 'machine' }],
  },
  {
    title: 'Machine disk',
    note: '',
    lines: [
      { key: 'system/host_read_bytes_per_second', label: 'read' },
      { key: 'system/host_written_bytes_per_second', label: 'written' },
    ],
  },
  {
    title: 'Machine network',
    note: '',
    lines: [
      { key: 'system/host_received_bytes_per_second', label: 'received' },
      { key: 'system/host_sent_bytes_per_second', label: 'sent' },
    ],
  },
];

const gpuParts: readonly (readonly [suffix: string, title: string])[] = [
  ['percent', ''],
  ['memory_bytes', ' memory'],
  ['power_watts', ' power'],
  ['temperature_celsius', ' temperature'],
];

/** The charts that the recorded series make: GPUs first, then the run's own use, then the machine's, then the rest. */
export function telemetryGroups(keys: Iterable<string>): readonly TelemetryGroup[] {
  const there = new Set([...keys].filter(isSystemMetric));
  const indices = [...there].flatMap((key) => /^system\/gpu_(\d+)_/.exec(key)?.[1] ?? []);
  const gpus = [...new Set(indices)].sort((a, b) => Number(a) - Number(b));
  const known = [
    ...gpus.flatMap((index) =>
      gpuParts.map(([suffix, title]): TelemetryGroup => {
        const key = `system/gpu_${index}_${suffix}`;
        return { title: `GPU ${index}${title}`, note: '', lines: [{ key, label: 'GPU' }] };
      }),
    ),
    ...processor,
    ...machine,
  ];
  const named = new Set(known.flatMap(({ lines }) => lines.map(({ key }) => key)));
  const others = [...there]
    .filter((key) => !named.has(key))
    .sort()
    .map((key): TelemetryGroup => {
      const title = key.slice(prefix.length).replaceAll('_', ' ');
      return { title, note: '', lines: [{ key, label: title }] };
    });
  return [...known, ...others]
    .map((group) => ({ ...group, lines: group.lines.filter(({ key }) => there.has(key)) }))
    .filter(({ lines }) => lines.length > 0);
}
