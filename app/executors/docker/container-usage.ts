import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { JobUsage } from '../executor.ts';
import type { Engine } from './engine.ts';

const count = z.number().nonnegative();
const statsForm = z.looseObject({
  cpu_stats: z.looseObject({ cpu_usage: z.looseObject({ total_usage: count }) }),
  memory_stats: z.looseObject({ usage: count.optional(), stats: z.record(z.string(), z.number()).nullish() }),
  blkio_stats: z
    .looseObject({
      io_service_bytes_recursive: z.array(z.looseObject({ op: z.string(), value: count })).nullish(),
    })
    .nullish(),
  networks: z.record(z.string(), z.looseObject({ rx_bytes: count, tx_bytes: count })).nullish(),
  pids_stats: z.looseObject({ current: count.optional() }).nullish(),
});

/**
 * One reading of a container's counters. `one-shot` keeps the engine from waiting a second for a second reading.
 *
 * @returns null for a container that is gone or not running
 */
export async function containerUsage(engine: Engine, id: string): Promise<JobUsage | null> {
  const { stats, pids } = await engine.ask(async ({ docker, traits }) => {
    const container = docker.getContainer(id);
    const answer = await container.stats({ stream: false, 'one-shot': true } as { stream: false });
    // Numbers of processes in another machine, virtual or not, mean nothing here.
    const pids = traits.sameKernel ? await processesOf((await container.inspect()).State.Pid, id) : [];
    return { stats: statsForm.safeParse(answer).data, pids };
  });
  // An engine answers for an ended container too, with zeros.
  if (!stats?.memory_stats.usage) return null;
  return { ...readStats(stats), processes: pids.length || (stats.pids_stats?.current ?? 1), pids };
}

export function readStats(stats: z.infer<typeof statsForm>): Omit<JobUsage, 'processes' | 'pids'> {
  const { memory_stats: memory, networks } = stats;
  const io = stats.blkio_stats?.io_service_bytes_recursive;
  const bytes = (operation: string) =>
    io && io.length > 0
      ? io.filter(({ op }) => op.toLowerCase() === operation).reduce((sum, { value }) => sum + value, 0)
      : null;
  const network = (field: 'rx_bytes' | 'tx_bytes') =>
    networks ? Object.values(networks).reduce((sum, card) => sum + card[field], 0) : null;
  // Pages of files that the kernel takes back when it needs them; cgroup 1 and 2 name them differently.
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return {
    cpuMs: stats.cpu_stats.cpu_usage.total_usage / 1e6,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
    readBytes: bytes('read'),
    writtenBytes: bytes('write'),
    receivedBytes: network('rx_bytes'),
    sentBytes: network('tx_bytes'),
  };
}

/**
 * The processes of a container on this machine, from its control group: the engine's own list costs it a search through all
 * processes (measured: half a second on a busy machine).
 *
 * @param pid the container's first process
 * @returns nothing where the control group is not the container's, because the engine counts processes otherwise than this machine
 */
async function processesOf(pid: number, container: string): Promise<number[]> {
  try {
    const groups = (await fs.promises.readFile(`/proc/${pid}/cgroup`, 'utf8'))
      .split('\n')
      .map((line) => line.split(':'));
    const group = groups.find(([, controllers]) => controllers === '' || controllers === 'pids');
    const place = group?.slice(2).join(':') ?? '';
    if (!group || !place.includes(container)) return [];
    const file = path.join('/sys/fs/cgroup', group[1]!, place, 'cgroup.procs');
    return (await fs.promises.readFile(file, 'utf8')).split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
