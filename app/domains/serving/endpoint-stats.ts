import type { EndpointStats } from '../../contract/serving.contract.ts';
import type { MeterSnapshot } from '../../kernel/ports/inference-server.ts';

/** What the meter counted, as of now: minutes that passed since its newest one were empty. */
export function statsOf(
  snapshot: MeterSnapshot | null,
  workerMemoryBytes: number | null,
  now: number,
): EndpointStats {
  const { requests = 0, failed = 0, p50Ms = null, p95Ms = null, p99Ms = null, recent = [] } = snapshot ?? {};
  const { perMinute = new Array<number>(60).fill(0), minute = 0 } = snapshot ?? {};
  const passed = minute === 0 ? 0 : Math.min(60, Math.max(0, Math.floor(now / 60_000) - minute));
  return {
    requests,
    failed,
    p50Ms,
    p95Ms,
    p99Ms,
    perMinute: [...perMinute.slice(passed), ...new Array<number>(passed).fill(0)],
    workerMemoryBytes,
    recent: [...recent],
  };
}
