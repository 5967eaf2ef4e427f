import type { RunResources, Scheduling } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import type { JobState } from '../../contract/jobs.contract.ts';
import type { Grant, GrantedGpu } from '../../executors/executor.ts';

export interface WaitingRun {
  readonly id: RunId;
  readonly resources: RunResources;
  readonly scheduling: Scheduling;
  /** Whether it uses the processors, memory and GPUs of this machine. */
  readonly local: boolean;
  /** The runs it comes after, as they stand. */
  readonly after: readonly { readonly name: string; readonly status: JobState }[];
}

/** A run that holds resources: it runs, or is being made ready. */
export interface PlacedRun {
  readonly resources: RunResources;
  readonly gpus: readonly GrantedGpu[];
  readonly local: boolean;
}

export interface Capacity {
  /** How many runs without GPUs may run here at once. */
  readonly slots: number;
  readonly memoryBytes: number;
  /** Those that work; a text says why they are not known. */
  readonly gpus: readonly GrantedGpu[] | string;
}

export type Decision =
  | { readonly kind: 'start'; readonly grant: Grant }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'cancel'; readonly reason: string };

/**
 * Decide for every waiting run, given in the order of their priority, whether it starts now. Nothing overtakes on a resource
 * that an earlier run is waiting for: a run that wants four GPUs gets them in the end, however many small ones follow.
 * Runs on other machines are not counted: their engines or schedulers decide.
 */
export function planQueue(
  waiting: readonly WaitingRun[],
  placed: readonly PlacedRun[],
  capacity: Capacity,
  now: number,
  paused: boolean,
): Map<RunId, Decision> {
  const held = new Holdings(placed.filter(({ local }) => local));
  const blocked = new Set<'slot' | 'memory' | 'gpu'>();
  const decisions = new Map<RunId, Decision>();
  for (const run of waiting) decisions.set(run.id, decide(run));
  return decisions;

  function decide(run: WaitingRun): Decision {
    const { scheduling, resources } = run;
    const broken = run.after.find(({ status }) => ['failed', 'cancelled', 'lost'].includes(status));
    if (broken) return { kind: 'cancel', reason: `it comes after ${broken.name}, which is ${broken.status}` };
    const pending = run.after.filter(({ status }) => status !== 'finished');
    if (pending.length > 0) return wait(`${pending.map(({ name }) => name).join(', ')} to finish`);
    if (scheduling.held) return wait('being let go: it is held');
    if (paused) return wait('the queue to go on: it is paused');
    if (scheduling.notBefore !== null && scheduling.notBefore > now)
      return wait(`its time, ${localTime(scheduling.notBefore)}`);
    if (!run.local) return { kind: 'start', grant: { gpus: [] } };

    const memory = memoryReason(resources);
    if (memory !== null) return block('memory', memory);
    if (resources.gpus === 0) {
      if (blocked.has('slot') || held.withoutGpus >= capacity.slots)
        return block('slot', `a free slot: ${held.withoutGpus} of ${capacity.slots} are taken`);
      held.add(run, []);
      return { kind: 'start', grant: { gpus: [] } };
    }
    const gpus = pickGpus(resources);
    if (typeof gpus === 'string') return block('gpu', gpus);
    held.add(run, gpus);
    return { kind: 'start', grant: { gpus } };
  }

  function block(what: 'slot' | 'memory' | 'gpu', reason: string): Decision {
    blocked.add(what);
    return wait(reason);
  }

  function memoryReason({ memoryBytes }: RunResources): string | null {
    if (memoryBytes === null) return null;
    const free = capacity.memoryBytes - held.memoryBytes;
    if (memoryBytes <= free && !blocked.has('memory')) return null;
    return `memory: it asks for ${gib(memoryBytes)}, ${gib(Math.max(0, free))} of ${gib(capacity.memoryBytes)} are not promised`;
  }

  function pickGpus({ gpus, shareGpus }: RunResources): GrantedGpu[] | string {
    if (typeof capacity.gpus === 'string') return `GPUs: ${capacity.gpus}`;
    const free = capacity.gpus.filter(({ id }) => held.mayUse(id, shareGpus));
    if (free.length >= gpus && !blocked.has('gpu')) {
      // The least shared first, so that sharing spreads over all.
      return free.toSorted((a, b) => held.uses(a.id) - held.uses(b.id) || a.index - b.index).slice(0, gpus);
    }
    const total = capacity.gpus.length;
    return total < gpus
      ? `GPUs: it asks for ${gpus}, this machine has ${total}`
      : `GPUs: it asks for ${gpus}, ${free.length} of ${total} are free`;
  }
}

/** What is taken on this machine. */
class Holdings {
  withoutGpus = 0;
  memoryBytes = 0;
  private readonly users = new Map<string, { count: number; exclusive: boolean }>();

  constructor(placed: readonly PlacedRun[]) {
    for (const run of placed) this.add(run, run.gpus);
  }

  add({ resources }: { readonly resources: RunResources }, gpus: readonly GrantedGpu[]): void {
    if (resources.gpus === 0) this.withoutGpus += 1;
    this.memoryBytes += resources.memoryBytes ?? 0;
    for (const { id } of gpus) {
      const user = this.users.get(id) ?? { count: 0, exclusive: false };
      this.users.set(id, { count: user.count + 1, exclusive: user.exclusive || !resources.shareGpus });
    }
  }

  uses(gpu: string): number {
    return this.users.get(gpu)?.count ?? 0;
  }

  mayUse(gpu: string, sharing: boolean): boolean {
    const user = this.users.get(gpu);
    return user === undefined || (sharing && !user.exclusive);
  }
}

const wait = (reason: string): Decision => ({ kind: 'wait', reason });

/** To the minute, on this machine's clock. */
function localTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
