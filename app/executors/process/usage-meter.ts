import fs from 'node:fs';
import type { JobUsage } from '../executor.ts';
import { type ProcessEntry, readQuietly } from './process-table.ts';

/** Asking for processes' shares of memory walks their page tables; for a job it may take this part of one processor's time. */
const SHARE_BUDGET = 0.01;

interface Share {
  /** Its proportional set size over its resident size: 1 when it shares nothing. */
  readonly ratio: number;
  readonly askAgainAt: number;
}

/** What one job has used, read from its processes; remembers what ended processes took, so that counters only grow. */
export class UsageMeter {
  #cpuMs = 0;
  #readBytes = 0;
  #writtenBytes = 0;
  #shares = new Map<number, Share>();

  /** @returns null when there is no process left to ask */
  async read(processes: readonly ProcessEntry[]): Promise<JobUsage | null> {
    if (processes.length === 0) return null;
    const linux = process.platform === 'linux';
    this.#cpuMs = Math.max(this.#cpuMs, sum(processes, 'cpuMs'));
    const transfers = linux ? processes.map(transfersOf) : [];
    const memoryBytes = linux ? await this.#sharedOnce(processes) : sum(processes, 'residentBytes');
    this.#readBytes = Math.max(this.#readBytes, sum(transfers, 'readBytes'));
    this.#writtenBytes = Math.max(this.#writtenBytes, sum(transfers, 'writtenBytes'));
    return {
      cpuMs: Math.round(this.#cpuMs),
      memoryBytes: Math.round(memoryBytes),
      readBytes: linux ? this.#readBytes : null,
      writtenBytes: linux ? this.#writtenBytes : null,
      // The system counts the network's bytes for a machine or a container, not for a process.
      receivedBytes: null,
      sentBytes: null,
      processes: processes.length,
      pids: processes.map(({ pid }) => pid),
    };
  }

  /** Workers that were forked from one process share most of its pages; adding up what is resident counts them each time. */
  async #sharedOnce(processes: readonly ProcessEntry[]): Promise<number> {
    const shares = await Promise.all(
      processes.map((entry) => this.#share(entry, SHARE_BUDGET / processes.length)),
    );
    this.#shares = new Map(processes.map(({ pid }, index) => [pid, shares[index]!]));
    return processes.reduce((bytes, entry, index) => bytes + entry.residentBytes * shares[index]!.ratio, 0);
  }

  async #share({ pid, residentBytes }: ProcessEntry, budget: number): Promise<Share> {
    const known = this.#shares.get(pid);
    const startedAt = performance.now();
    if (known && startedAt < known.askAgainAt) return known;
    const text = await fs.promises.readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
    const endedAt = performance.now();
    const proportional = Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
    const ratio = proportional / residentBytes;
    return {
      // Both are read one after the other, so a growing process may seem to have more than it has.
      ratio: Number.isFinite(ratio) ? Math.min(1, ratio) : 1,
      askAgainAt: endedAt + (endedAt - startedAt) / budget,
    };
  }
}

function transfersOf({ pid }: ProcessEntry) {
  const text = readQuietly(`/proc/${pid}/io`);
  return {
    readBytes: Number(/^read_bytes: (\d+)/m.exec(text)?.[1] ?? 0),
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(text)?.[1] ?? 0),
  };
}

function sum<K extends string>(items: readonly Readonly<Record<K, number>>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0);
}
