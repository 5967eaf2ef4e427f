import { useQueries } from '@tanstack/react-query';
import { createContext, memo, type ReactNode, useContext, useMemo, useRef } from 'react';
import type { Run, Series } from '../../../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../../../app/contract/wire.ts';
import { BandSpark } from '../../../charts/band-spark.tsx';
import { curveBand } from '../../../charts/curve-band.ts';
import { extent, steppedRange, type ValueRange } from '../../../charts/range.ts';
import { orpc } from '../../../client/orpc.ts';
import { counted, formatCount } from '../../../components/format.ts';
import { RunSpark } from '../run-cells.tsx';
import type { RunGroup, TableRow } from './run-groups.ts';
import { useSame } from './use-windows.ts';

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
  const blocks = Array.from({ length: count }, (_, index) =>
    parts(runsOfBlock(rowAt, first + index, keys), mostRuns),
  ).flat();
  const answers = useQueries({
    queries: blocks.map((runs) => ({
      ...orpc.runs.series.queryOptions({ input: { runs, keys: [...keys], maxPoints: sparkPoints } }),
      enabled: runs.length > 0,
      structuralSharing: false as const,
    })),
  });
  const read = useSame(answers.map(({ data }) => data));
  const found = useMemo(() => read.flatMap((series) => series ?? []), [read]);
  const kept = useRef(new Map<string, ValueRange>());
  const sparks = useMemo((): Sparks => {
    const ranges = new Map<string, ValueRange>();
    for (const key of keys) {
      const values = found.filter((one) => one.key === key).flatMap(({ mean }) => mean.map(fromWireNumber));
      const before = kept.current.get(key);
      const range = extent(before ? [...values, before.min, before.max] : values);
      if (!range) continue;
      const stepped = steppedRange(range);
      const same = before?.min === stepped.min && before.max === stepped.max;
      ranges.set(key, same ? before : stepped);
    }
    // Lines that leave the view take no curve's range with them: what was drawn stays comparable.
    kept.current = ranges;
    return { series: new Map(found.map((one) => [`${one.runId} ${one.key}`, one])), ranges };
  }, [found, keys]);
  return <SparkContext value={sparks}>{children}</SparkContext>;
}

/** The most runs that the core gives curves of in one call. */
const mostRuns = 100;

/** The runs of a block of lines that have curves; the first few of a group stand for it. */
function runsOfBlock(rowAt: SparkSourceProps['rowAt'], block: number, keys: readonly string[]): Run['id'][] {
  const ids = new Set<Run['id']>();
  for (let index = block * blockRows; index < (block + 1) * blockRows; index += 1) {
    const row = rowAt(index);
    if (row?.kind === 'run' && keys.some((key) => key in row.run.metrics)) ids.add(row.run.id);
    if (row?.kind === 'group') for (const id of row.group.first) ids.add(id);
  }
  return [...ids];
}

function parts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** A run's curve of one metric in its cell. */
export function SparkCell({ run, metric }: { readonly run: Run; readonly metric: string }) {
  const { series, ranges } = useContext(SparkContext);
  return <Spark run={run} series={series.get(`${run.id} ${metric}`)} range={ranges.get(metric) ?? null} />;
}

/** Drawn again only for another curve or range, not for every block of curves that comes. */
const Spark = memo(RunSpark);

/** The curves of a group's first runs in one cell: their mean in the band between the least and the greatest. */
export function BandCell({ group, metric }: { readonly group: RunGroup; readonly metric: string }) {
  const { series, ranges } = useContext(SparkContext);
  const curves = group.first.flatMap((id) => series.get(`${id} ${metric}`) ?? []);
  if (curves.length === 0) return <span aria-hidden />;
  const of = curves.length < group.runs ? ` of ${formatCount(group.runs)}` : '';
  return (
    <BandSpark
      band={curveBand(curves, sparkPoints)}
      range={ranges.get(metric) ?? null}
      label={`${metric}: mean, least and greatest of ${counted(curves.length, 'run')}${of}`}
    />
  );
}
