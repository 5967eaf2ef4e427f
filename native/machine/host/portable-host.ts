import os from 'node:os';
import si from 'systeminformation';
import type { HostSource } from './host-source.ts';

/** Any other operating system, as far as its own tools tell; they do not tell of the processors' power. */
export function createPortableHost(): HostSource {
  let first = true;
  return {
    async read() {
      const [cpu, memory, disks, networks] = await Promise.all([
        si.currentLoad().catch(() => null),
        si.mem().catch(() => null),
        si.fsStats().catch(() => null),
        si.networkStats().catch(() => []),
      ]);
      // Its first numbers are averages since the machine started.
      const rate = (value: number | null | undefined) => (first ? null : (value ?? null));
      const sum = (pick: (network: (typeof networks)[number]) => number | null) =>
        networks.length === 0 ? null : networks.reduce((all, network) => all + (pick(network) ?? 0), 0);
      const load = {
        cpuPercent: rate(cpu?.currentLoad),
        memoryUsedBytes: memory ? memory.total - memory.available : os.totalmem() - os.freemem(),
        memoryTotalBytes: memory?.total ?? os.totalmem(),
        diskReadBytesPerSecond: rate(disks?.rx_sec),
        diskWrittenBytesPerSecond: rate(disks?.wx_sec),
        networkReceivedBytesPerSecond: rate(sum(({ rx_sec }) => rx_sec)),
        networkSentBytesPerSecond: rate(sum(({ tx_sec }) => tx_sec)),
        cpuPowerWatts: null,
      };
      first = false;
      return load;
    },
  };
}
