import type { ColumnStatistics } from '../../../../app/contract/data-tables.contract.ts';
import { formatCount, formatMoment, formatNumber, formatPercent } from '../../../components/format.ts';

/** The least and the greatest of a column in words; null where it has none. */
export function columnEnds({ numeric, time }: ColumnStatistics): readonly [string, string] | null {
  if (numeric) return [formatNumber(numeric.min), formatNumber(numeric.max)];
  if (time) return [formatDay(time.firstMs), formatDay(time.lastMs)];
  return null;
}

const formatDay = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** What is known of a column, as pairs of a name and a value. */
export function columnFacts(column: ColumnStatistics): readonly (readonly [string, string])[] {
  const { numeric, text, time, count, missing, distinct, exact } = column;
  const about = exact ? '' : 'about ';
  const quantile = (at: number) => numeric?.quantiles.find((one) => one.at === at)?.value;
  const quantiles = ([0.05, 0.25, 0.5, 0.75, 0.95] as const).flatMap((at) => {
    const value = quantile(at);
    const name = at === 0.5 ? 'median' : `${Math.round(at * 100)} %`;
    return value === undefined ? [] : [[name, about + formatNumber(value)] as const];
  });
  const total = count + missing;
  return [
    ...(numeric
      ? ([
          ['mean', formatNumber(numeric.mean)],
          ['std', formatNumber(numeric.std)],
          ['min', formatNumber(numeric.min)],
          ...quantiles,
          ['max', formatNumber(numeric.max)],
          ...(numeric.zeros > 0 ? [['zeros', formatCount(numeric.zeros)] as const] : []),
          ...(numeric.negatives > 0 ? [['negative', formatCount(numeric.negatives)] as const] : []),
        ] as const)
      : []),
    ...(text
      ? ([
          ['length', `${formatCount(text.minLength)}–${formatCount(text.maxLength)}`],
          ['mean length', formatNumber(text.meanLength)],
          ...(text.blank > 0 ? [['blank', formatCount(text.blank)] as const] : []),
        ] as const)
      : []),
    ...(time
      ? ([
          ['first', formatMoment(time.firstMs)],
          ['last', formatMoment(time.lastMs)],
        ] as const)
      : []),
    ['values', formatCount(count)],
    ['missing', missing === 0 ? '0' : `${formatCount(missing)} (${formatPercent(missing / total)})`],
    ['distinct', about + formatCount(distinct)],
  ];
}
