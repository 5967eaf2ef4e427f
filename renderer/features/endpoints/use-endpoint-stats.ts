import { useEffect, useState } from 'react';
import type { Endpoint, EndpointStats } from '../../../app/contract/serving.contract.ts';
import { follow } from '../../client/follow.ts';
import { client } from '../../client/orpc.ts';

/** Latency quantiles as they stood at a time. */
export interface LatencySample {
  readonly at: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

const keptSamples = 900;

/** Statistics of an endpoint as they change, and the quantiles seen since the page opened, at most 15 minutes. */
export function useEndpointStats(endpoint: Pick<Endpoint, 'id' | 'state'>): {
  readonly stats: EndpointStats | null;
  readonly history: readonly LatencySample[];
} {
  const [stats, setStats] = useState<EndpointStats | null>(null);
  const [history, setHistory] = useState<readonly LatencySample[]>([]);
  const { id, state } = endpoint;
  useEffect(() => {
    setHistory([]);
    if (state !== 'serving') {
      setStats(null);
      return;
    }
    const stop = new AbortController();
    follow<EndpointStats>(
      (signal) => client.serving.watchStats({ id }, { signal }),
      (update) => {
        const { p50Ms, p95Ms, p99Ms } = update;
        setStats(update);
        if (p50Ms !== null) {
          setHistory((old) => [...old.slice(-keptSamples), { at: Date.now(), p50Ms, p95Ms, p99Ms }]);
        }
      },
      stop.signal,
    ).catch(() => setStats(null));
    return () => stop.abort();
  }, [id, state]);
  return { stats, history };
}
