import type { ColumnProfile } from '../../app/contract/datasets.contract.ts';
import { inSession, LOOKING_MEMORY } from './duckdb-session.ts';
import { tableStatistics } from './statistics/table-statistics.ts';

/** See `Tables.profile`. */
export async function profileTable(parquetPath: string, signal: AbortSignal): Promise<ColumnProfile[]> {
  const options = { files: [parquetPath], beside: parquetPath, signal, memoryLimit: LOOKING_MEMORY };
  return inSession(options, async (connection) => {
    const statistics = await tableStatistics(parquetPath, { connection, signal, progress() {} });
    return statistics.map(({ name, type, count, missing, distinct, numeric, top }) => ({
      name,
      type,
      count,
      missing,
      distinct,
      numeric: numeric && {
        min: numeric.min,
        max: numeric.max,
        mean: numeric.mean,
        std: numeric.std,
        median: numeric.quantiles.find(({ at }) => at === 0.5)!.value,
        histogram: numeric.histogram,
      },
      top,
    }));
  });
}
