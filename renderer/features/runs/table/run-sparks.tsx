import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react';
import type { Run, Series } from '../../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../../app/contract/wire.ts';
import { extent, steppedRange, type ValueRange } from '../../../charts/range.ts';
import { orpc } from '../../../client/orpc.ts';
import { RunSpark } from '../run-cells.tsx';
import type { TableRow } from './run-groups.ts';

/** Curves of this many lines are asked for in one call. */
const blockRows = 50;
/** A curve the size of a word shows no more. */
const sparkPoints = 40;

interface Sparks {
  readonly series: ReadonlyMap<string, Series>;
  readonly ranges: ReadonlyMap<string, ValueRange>;
}

const none: Sparks = { series: new Map(), ranges: new Map() };
const SparkContext = createContext<Sparks>(none);

interface SparkSourceProps {
  readonly rowAt: (index: number) => TableRow | undefined;
  /** Lines in view, the end exclusive. */
  readonly from: number;
  readonly to: number;
  /** Metrics whose curves the table shows. */
  readonly keys: readonly string[];
  readonly children: ReactNode;
}

/** Reads the small curves of the runs in view, a block of lines in one call, and hands them to the cells below. */
export function SparkSource({ rowAt, from, to, keys, children }: SparkSourceProps) {
  const first = Math.floor(from / blockRows);
  const count = keys.length === 0 ? 0 : Math.floor(Math.max(0, to - 1) / blockRows) - first + 1;
  const blocks = Array.from({ length: count }, (_, index) => runsOfBlock(rowAt, first + index, keys));
  const found = useQueries({
    queries: blocks.map((runs) => ({
      ...orpc.runs.series.queryOptions({ input: { runs, keys: [...keys], maxPoints: sparkPoints } }),
      enabled: runs.length > 0,
    })),
    combine: joined,
  });
  const kept = useRef(new Map<string, ValueRange>());
  const sparks = useMemo((): Sparks => {
    const ranges = new Map<string, ValueRange>();
    for (const key of keys) {
      const values = found.filter((one) => one.key === key).flatMap(({ mean }) => mean.map(fromWireNumber));
      const before = kept.current.get(key);
      const range = extent(before ? [...values, before.min, before.max] : values);
      if (range) ranges.set(key, steppedRange(range));
    }
    // Lines that leave the view take no curve's range with them: what was drawn stays comparable.
    kept.current = ranges;
    return { series: new Map(found.map((one) => [`${one.runId} ${one.key}`, one])), ranges };
  }, [found, keys]);
  return <SparkContext value={sparks}>{children}</SparkContext>;
}

function runsOfBlock(rowAt: SparkSourceProps['rowAt'], block: number, keys: readonly string[]): Run['id'][] {
  const ids: Run['id'][] = [];
  for (let index = block * blockRows; index < (block + 1) * blockRows; index += 1) {
    const row = rowAt(index);
    if (row?.kind === 'run' && keys.some((key) => key in row.run.metrics)) ids.push(row.run.id);
  }
  return ids;
}

/** Stands outside the component, so that the same results join to the same list. */
function joined(results: readonly UseQueryResult<Series[]>[]): readonly Series[] {
  return results.flatMap(({ data }) => data ?? []);
}

/** A run's curve of one metric in its cell. */
export function SparkCell({ run, metric }: { readonly run: Run; readonly metric: string }) {
  const { series, ranges } = useContext(SparkContext);
  return <RunSpark run={run} series={series.get(`${run.id} ${metric}`)} range={ranges.get(metric) ?? null} />;
}
