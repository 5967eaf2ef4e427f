import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Event, SubjectKind } from '../../app/contract/events.contract.ts';
import { useConnection } from './connection.store.ts';
import { follow } from './follow.ts';
import { client, orpc } from './orpc.ts';

/** Which queries an event about each kind of subject makes stale; null is all of them. */
const stale: Readonly<Record<SubjectKind, readonly QueryKey[] | null>> = {
  workspace: null,
  project: null,
  dataset: [orpc.datasets.key(), orpc.dataChecks.key(), orpc.lineage.key(), orpc.projects.key()],
  experiment: [orpc.runs.key()],
  run: [orpc.runs.key(), orpc.projects.key(), orpc.targets.list.key()],
  view: [orpc.views.key()],
  target: [orpc.targets.key()],
  model: [orpc.models.key(), orpc.runs.get.key(), orpc.serving.key(), orpc.projects.key()],
  endpoint: [orpc.serving.key(), orpc.system.info.key()],
  job: [orpc.jobs.key()],
  settings: [orpc.system.key(), orpc.runs.queue.key()],
};

/** Events of one moment are answered together, so that a burst of them does not read the same list again and again. */
const gatherMs = 120;

/**
 * Keep every query of the page fresh from one stream of events, resumed without a gap when the connection returns.
 * Call it before the page reads anything: it asks for the newest event first, so nothing after it is missed.
 */
export function keepFresh(queries: QueryClient, signal: AbortSignal): void {
  let lastSeq: number | undefined;
  let pending = new Map<string, QueryKey | null>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    const keys = [...pending.values()];
    pending = new Map();
    if (keys.includes(null)) void queries.invalidateQueries();
    else for (const queryKey of keys) void queries.invalidateQueries({ queryKey: queryKey ?? [] });
  };
  const note = (keys: readonly QueryKey[] | null) => {
    if (keys === null) pending.set('all', null);
    else for (const key of keys) pending.set(JSON.stringify(key), key);
    if (timer === undefined) timer = setTimeout(flush, gatherMs);
  };

  const watch = () =>
    follow<Event>(
      async (stop) => {
        lastSeq ??= (await client.events.list({ limit: 1 }))[0]?.seq ?? 0;
        return client.events.watch({ after: lastSeq }, { signal: stop });
      },
      (event) => {
        lastSeq = event.seq;
        note([...(stale[event.subject.kind] ?? []), orpc.events.key()]);
        if (stale[event.subject.kind] === null) note(null);
      },
      signal,
    );

  // The stream has no end of its own: when it ended or failed, something was restarted, and it is opened again.
  const watchAlways = async () => {
    while (!signal.aborted) {
      await watch().catch((error: unknown) => console.warn('The stream of events failed.', error));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };
  void watchAlways();

  // What does not come from the event log (progress, sizes, addresses) may have changed while nobody listened.
  const unsubscribe = useConnection.subscribe((now, before) => {
    if (before.state === 'reconnecting' && now.state === 'connected') note(null);
  });
  signal.addEventListener('abort', unsubscribe, { once: true });
}
