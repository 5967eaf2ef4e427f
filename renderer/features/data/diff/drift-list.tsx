import type { Drift, DriftBin, DriftMeasure } from '../../../../app/contract/data-drift.ts';
import type { TableDiff } from '../../../../app/contract/data-tables.contract.ts';
import { Badge } from '../../../components/badge.tsx';
import { counted, formatNumber, formatPercent } from '../../../components/format.ts';
import styles from './diff.module.css';

const measures: Readonly<Record<DriftMeasure, string>> = {
  numbers: 'numbers',
  times: 'times',
  values: 'values',
  lengths: 'lengths of texts',
};
const levels = {
  none: { words: 'no drift', tone: undefined },
  some: { words: 'some drift', tone: 'warning' },
  strong: { words: 'strong drift', tone: 'failed' },
} as const;

/** How the values of each column spread in both versions, strongest drift first. */
export function DriftList({ diff: { drift } }: { readonly diff: TableDiff }) {
  const strong = drift.filter(({ level }) => level === 'strong');
  const some = drift.filter(({ level }) => level === 'some');
  return (
    <>
      <p className={styles.answer}>
        {strong.length > 0
          ? `${strong.map(({ column }) => column).join(', ')} drifted strongly`
          : some.length > 0
            ? `${counted(some.length, 'column')} drifted somewhat`
            : 'No column drifted'}
        . Bars show shares of the rows: before as an outline, after filled.
      </p>
      <ul className={styles.drifts}>
        {drift.map((one) => (
          <DriftRow key={one.column} drift={one} />
        ))}
      </ul>
    </>
  );
}

function DriftRow({ drift }: { readonly drift: Drift }) {
  const { column, type, measure, psi, level, ks, chiSquared, missingBefore, missingAfter } = drift;
  const { words, tone } = levels[level];
  return (
    <li>
      <div>
        <b>{column}</b> <code>{type}</code>
        <p>
          <Badge {...(tone && { tone })}>{words}</Badge>
        </p>
      </div>
      <DriftBars drift={drift} />
      <dl>
        <dt>PSI</dt>
        <dd>{formatNumber(psi)}</dd>
        {ks ? (
          <>
            <dt>KS</dt>
            <dd>
              {formatNumber(ks.d)} (p {probability(ks.pValue)})
            </dd>
          </>
        ) : null}
        {chiSquared ? (
          <>
            <dt>chi-squared</dt>
            <dd>
              {formatNumber(chiSquared.statistic)}, {chiSquared.degreesOfFreedom} df (p{' '}
              {probability(chiSquared.pValue)})
            </dd>
          </>
        ) : null}
        <dt>missing</dt>
        <dd>
          {formatPercent(missingBefore)} → {formatPercent(missingAfter)}
        </dd>
        <dt>compared</dt>
        <dd>{measures[measure]}</dd>
      </dl>
    </li>
  );
}

const probability = (value: number): string => (value < 0.001 ? '< 0.001' : `= ${formatNumber(value)}`);

const width = 320;
const height = 64;

/** Shares of the rows in each part of the values, before and after. */
function DriftBars({ drift: { bins, column, type } }: { readonly drift: Drift }) {
  const total = (side: 'before' | 'after') =>
    Math.max(
      1,
      bins.reduce((sum, bin) => sum + bin[side], 0),
    );
  const [before, after] = [total('before'), total('after')];
  const shares = bins.map((bin) => ({ bin, before: bin.before / before, after: bin.after / after }));
  const most = Math.max(1e-9, ...shares.flatMap((one) => [one.before, one.after]));
  const step = width / Math.max(1, bins.length);
  const tall = (share: number) => (share / most) * (height - 2);
  return (
    <svg
      className={styles.driftBars}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Shares of ${column} before and after`}
    >
      {shares.map(({ bin, before: was, after: is }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is known by its place
        <g key={index}>
          <title>{`${binWords(bin, type)}: ${formatPercent(was)} → ${formatPercent(is)}`}</title>
          <rect className={styles.hit} x={index * step} y={0} width={step} height={height} />
          <rect
            className={styles.after}
            x={index * step + step * 0.08}
            y={height - tall(is)}
            width={step * 0.84}
            height={tall(is)}
          />
          <rect
            className={styles.before}
            x={index * step + step * 0.08}
            y={height - tall(was)}
            width={step * 0.84}
            height={tall(was)}
          />
        </g>
      ))}
    </svg>
  );
}

function binWords({ kind, from, to, value }: DriftBin, type: Drift['type']): string {
  if (kind === 'missing') return 'missing';
  if (kind === 'others') return 'all others';
  if (kind === 'value') return String(value);
  const end = (at: number | null) =>
    at === null ? '…' : type === 'time' ? new Date(at).toISOString().slice(0, 10) : formatNumber(at);
  return `${end(from)} to ${end(to)}`;
}
