import type { Run } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import type { Datasets, Expectations, Splits } from '../datasets/index.ts';

export interface DataCheckParts {
  readonly datasets: Pick<Datasets, 'versionById'>;
  readonly expectations: Pick<Expectations, 'beforeTraining' | 'refuseTraining'>;
  readonly splits: Pick<Splits, 'get'>;
}

/** What the data of a run is expected to meet, and what its splits let through, as checks before a start. */
export async function dataPreflight(
  parts: DataCheckParts,
  inputs: Run['inputs'],
  override: boolean,
): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const input of inputs) {
    checks.push(...(await expectationCheck(parts, input, override)), ...splitCheck(parts, input));
  }
  return checks;
}

/**
 * Refuse data that a blocking check speaks against.
 *
 * @returns what a run that starts all the same remembers
 * @throws AppError CHECK_FAILED
 */
export async function refuseBadData(
  parts: DataCheckParts,
  inputs: Run['inputs'],
  override: boolean,
): Promise<Record<string, string>> {
  const overridden: string[] = [];
  for (const input of inputs) {
    const version = parts.datasets.versionById(input.datasetVersionId);
    if (!override) await parts.expectations.refuseTraining(version);
    else if ((await parts.expectations.beforeTraining(version))?.blocked)
      overridden.push(`${input.datasetName}@${input.version}`);
  }
  return overridden.length === 0 ? {} : { 'data.checks.overridden': overridden.join(', ') };
}

async function expectationCheck(
  { datasets, expectations }: DataCheckParts,
  input: Run['inputs'][number],
  override: boolean,
): Promise<DoctorCheck[]> {
  const report = await expectations.beforeTraining(datasets.versionById(input.datasetVersionId));
  if (!report) return [];
  const check = {
    id: `expectations:${input.name}`,
    title: `Checks of ${input.datasetName}@${input.version}`,
  };
  if (report.failed === 0)
    return [{ ...check, state: 'ok', value: `${report.outcomes.length} passed`, nextStep: null }];
  const unmet = report.outcomes.filter(({ state }) => state !== 'passed').map(({ title }) => title);
  return [
    {
      ...check,
      state: report.blocked && !override ? 'missing' : 'warning',
      value: `${report.failed} of ${report.outcomes.length} did not pass: ${unmet.join(', ')}`,
      nextStep: `\`lathe data expect check ${input.datasetName}@${input.version}\` shows what was found; --override-checks starts all the same.`,
    },
  ];
}

function splitCheck({ datasets, splits }: DataCheckParts, input: Run['inputs'][number]): DoctorCheck[] {
  if (!input.split) return [];
  const { leakage, parts } = splits.get(datasets.versionById(input.datasetVersionId), input.split.name);
  const check = { id: `split:${input.name}`, title: `Split ${input.split.name}` };
  const [first] = leakage.leaks;
  if (!first) {
    const words = parts.map(({ name, rows }) => `${name} ${rows}`).join(', ');
    return [{ ...check, state: 'ok', value: words, nextStep: null }];
  }
  return [
    {
      ...check,
      state: 'warning',
      value: leakage.leaks.map(({ message }) => message).join(' '),
      nextStep: first.nextStep,
    },
  ];
}
