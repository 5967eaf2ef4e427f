import type { RecentRequest } from '../../contract/serving.contract.ts';
import type { MeterSnapshot } from '../../kernel/ports/inference-server.ts';
import { LatencyHistogram } from './latency-histogram.ts';

const MINUTES = 60;
const RECENT = 50;

/** Counts what one endpoint answered, in a memory that does not grow. */
export class EndpointMeter {
  readonly #histogram = new LatencyHistogram();
  readonly #perMinute = new Array<number>(MINUTES).fill(0);
  #minute = 0;
  #recent: RecentRequest[] = [];
  #requests = 0;
  #failed = 0;

  record(request: RecentRequest): void {
    this.#recent = [request, ...this.#recent.slice(0, RECENT - 1)];
    if (request.call !== 'infer') return;
    this.#requests += 1;
    if (request.status >= 400) this.#failed += 1;
    this.#histogram.add(request.durationMs);
    this.#advance(Math.floor(request.at / 60_000));
    this.#perMinute[MINUTES - 1]! += 1;
  }

  snapshot(): MeterSnapshot {
    return {
      requests: this.#requests,
      failed: this.#failed,
      p50Ms: this.#histogram.percentile(0.5),
      p95Ms: this.#histogram.percentile(0.95),
      p99Ms: this.#histogram.percentile(0.99),
      perMinute: [...this.#perMinute],
      minute: this.#minute,
      recent: this.#recent,
    };
  }

  /** Minutes without a request become zeros; a clock that steps back counts into the newest minute. */
  #advance(minute: number): void {
    const passed = Math.min(MINUTES, this.#minute === 0 ? 0 : minute - this.#minute);
    for (let step = 0; step < passed; step++) {
      this.#perMinute.shift();
      this.#perMinute.push(0);
    }
    this.#minute = Math.max(this.#minute, minute);
  }
}
