import type { DataCheck } from '../../../app/contract/data-checks.contract.ts';
import type { Drift } from '../../../app/contract/data-drift.ts';
import type { JudgeRequest } from '../../../app/kernel/ports/data-checks.ts';
import { measureDrift } from '../drift/measure-drift.ts';
import { openTable } from '../looking/table-source.ts';
import { absent } from './judge-schema.ts';
import type { TableView } from './table-view.ts';
import { broken, failed, passed, type Verdict } from './verdict.ts';

type DriftCheck = Extract<DataCheck, { kind: 'drift' }>;

/** The same measures as the comparison of two versions shows. */
export async function judgeDrift(
  table: TableView,
  check: DriftCheck,
  reference: JudgeRequest['references'][number] | undefined,
  signal: AbortSignal,
): Promise<Verdict> {
  if (!reference || 'fault' in reference)
    return broken(reference?.fault ?? 'there is nothing to compare with.');
  const { connection } = table;
  if (!table.column(check.column)) return failed(`${absent(table, check.column)}.`);
  const [before, after] = [
    await openTable(connection, reference.tablePath),
    await openTable(connection, table.path),
  ];
  const [drift] = await measureDrift(before, after, [check.column], { connection, signal, progress() {} });
  if (!drift) return broken(`the other version has no column ${check.column}.`);
  return compared(check, drift);
}

function compared({ column, statistic, limit }: DriftCheck, drift: Drift): Verdict {
  switch (statistic) {
    case 'psi':
      return within(drift.psi <= limit, `PSI ${digits(drift.psi)}`);
    case 'ks':
      if (!drift.ks) return broken(`${column} holds values of a kind; ask for psi or chi-squared.`);
      return within(drift.ks.d <= limit, `Kolmogorov–Smirnov distance ${digits(drift.ks.d)}`);
    case 'chi-squared':
      if (!drift.chiSquared) return broken(`${column} holds numbers or many values; ask for psi or ks.`);
      return within(
        drift.chiSquared.pValue >= limit,
        `chi-squared ${digits(drift.chiSquared.statistic)}, p = ${digits(drift.chiSquared.pValue)}`,
      );
  }
}

const within = (fits: boolean, found: string) => (fits ? passed(found) : failed(`${found}.`));
const digits = (value: number) => String(Number(value.toPrecision(3)));
