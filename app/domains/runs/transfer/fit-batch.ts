import type { ParameterValue, WireNumber } from '../../../contract/wire.ts';
import type { ImportedBatch } from '../../../kernel/ports/run-transfer.ts';
import type { ClientDataset } from '../../../kernel/ports/tracking.ts';
import type { RecordedPoint } from '../../../storage/metric-store.ts';

const LONGEST_KEY = 500;
const LONGEST_VALUE = 65_536;

type Named<T> = Readonly<Record<string, T>>;

/** A batch with what the workspace can hold, and the words for what it cannot. */
export interface FittingBatch {
  readonly points: readonly RecordedPoint[];
  readonly params: Named<ParameterValue>;
  readonly tags: Named<string>;
  readonly summary: Named<string | WireNumber | boolean>;
  readonly environment: Named<string>;
  readonly datasets: readonly ClientDataset[];
  readonly notes: readonly string[];
}

/** Steps beyond 2^53 cannot be told apart from their neighbours, and a key without end is nobody's: both are left out and said. */
export function fitBatch(batch: ImportedBatch): FittingBatch {
  const left = new Map<string, number>();
  const leave = (why: string) => left.set(why, (left.get(why) ?? 0) + 1);
  const keyFits = (key: string) => {
    const fits = key.length > 0 && key.length <= LONGEST_KEY && !key.includes('\0') && key !== '__proto__';
    if (!fits)
      leave(`have a name that is empty, reserved, has a NUL or is longer than ${LONGEST_KEY} characters`);
    return fits;
  };
  const points = (batch.points ?? []).flatMap((point) => {
    if (!keyFits(point.key)) return [];
    if (!Number.isSafeInteger(point.step)) {
      leave('have a step that is no whole number up to 2^53');
      return [];
    }
    const timeFits = Number.isSafeInteger(point.timeMs) && point.timeMs >= 0;
    return [timeFits ? point : { ...point, timeMs: 0 }];
  });
  const fitting = <T>(values: Named<T> | undefined): Record<string, T> =>
    Object.fromEntries(
      Object.entries(values ?? {})
        .filter(([key]) => keyFits(key))
        .map(([key, value]) => [key, typeof value === 'string' ? (shorten(value) as T) : value]),
    );
  const fitted = {
    points,
    params: fitting(batch.params),
    tags: fitting(batch.tags),
    summary: fitting(batch.summary),
    environment: fitting(batch.environment),
    datasets: (batch.datasets ?? []).filter(({ name, digest }) => keyFits(name) && keyFits(digest)),
  };
  return { ...fitted, notes: [...left].map(([why, count]) => `${count} values were left out: they ${why}.`) };
}

const shorten = (text: string): string =>
  text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
