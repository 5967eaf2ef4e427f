import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import {
  counted,
  formatBytes,
  formatDuration,
  formatMetric,
  formatMoment,
  formatNumber,
} from '../../components/format.ts';

type Fact = readonly [name: string, value: string];

/** Where and with what a run runs, as pairs of words; only what was said or measured. */
export function executionFacts(run: RunDetail): readonly Fact[] {
  const { resources, scheduling, gpus, energy } = run;
  const facts: (Fact | null)[] = [
    ['target', run.target],
    run.preflight ? ['trial', 'a few steps only'] : null,
    run.attempt > 1 || scheduling.retries > 0
      ? ['attempt', `${run.attempt} of ${scheduling.retries + 1}`]
      : null,
    gpus.length > 0 ? ['GPUs', gpus.map(({ index, vendor }) => `${index} (${vendor})`).join(', ')] : null,
    gpus.length === 0 && resources.gpus > 0 ? ['GPUs', `asks for ${resources.gpus}`] : null,
    resources.shareGpus ? ['shares GPUs', 'yes'] : null,
    resources.cpus === null ? null : ['cores', String(resources.cpus)],
    resources.memoryBytes === null ? null : ['memory limit', formatBytes(resources.memoryBytes)],
    resources.shmBytes === null ? null : ['shared memory', formatBytes(resources.shmBytes)],
    resources.timeLimitMs === null ? null : ['time limit', formatDuration(resources.timeLimitMs)],
    scheduling.priority === 0 ? null : ['priority', String(scheduling.priority)],
    scheduling.notBefore === null ? null : ['not before', formatMoment(scheduling.notBefore)],
    scheduling.after.length === 0 ? null : ['after', counted(scheduling.after.length, 'run')],
    energy === null ? null : ['energy', energyWords(run)],
    energy === null || energy.cost === null
      ? null
      : ['cost', `${formatMoney(energy.cost)} ${energy.currency ?? ''}`.trim()],
  ];
  return facts.filter((fact) => fact !== null);
}

/** Energy in watt-hours; how much of the time it covers is said where that is not all of it. */
export function energyWords({ energy, durationMs }: Pick<RunDetail, 'energy' | 'durationMs'>): string {
  if (!energy) return '–';
  const { wattHours, sampledMs } = energy;
  const amount =
    wattHours >= 1000 ? `${formatNumber(wattHours / 1000)} kWh` : `${formatNumber(wattHours)} Wh`;
  const share = durationMs === null || durationMs <= 0 ? 1 : sampledMs / durationMs;
  return share < 0.95 ? `${amount}, ${Math.round(share * 100)} % measured` : amount;
}

function formatMoney(amount: number): string {
  if (amount > 0 && amount < 0.01) return 'under 0.01';
  return amount.toFixed(2);
}

/** A value of the run as a whole, as people write it. */
export function summaryWords(value: RunDetail['summary'][string]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatMetric(value) : value;
}
