import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { counterRate } from './counter-rate.ts';
import type { HostSource } from './host-source.ts';
import { createPackagePower } from './package-power.ts';
import { type CpuTicks, parseCpuTicks, parseDisks, parseMemory, parseNetwork } from './proc-files.ts';

/**
 * A Linux machine from procfs and sysfs. The files are read synchronously: they are made in memory, and a round
 * through the thread pool costs several times what the reading does.
 *
 * @param folders where the two are mounted
 */
export function createLinuxHost({ proc, sys } = { proc: '/proc', sys: '/sys' }): HostSource {
  const power = createPackagePower(sys);
  const rates = { read: counterRate(), written: counterRate(), received: counterRate(), sent: counterRate() };
  let lastTicks: CpuTicks | null = null;

  const read = (...parts: string[]) => {
    try {
      return fs.readFileSync(path.join(proc, ...parts), 'utf8');
    } catch {
      return '';
    }
  };
  const isDisk = hardwareIn(path.join(sys, 'block'));
  const isAdapter = hardwareIn(path.join(sys, 'class', 'net'));
  /** Inside a container every interface is a virtual one; there, all that lead out of it count. */
  const isWayOut = isAdapter.any ? isAdapter : (device: string) => device !== 'lo';

  function cpuPercent(): number | null {
    const before = lastTicks;
    const ticks = parseCpuTicks(read('stat'));
    lastTicks = ticks;
    if (!before || !ticks || ticks.total <= before.total) return null;
    const share = (ticks.busy - before.busy) / (ticks.total - before.total);
    return Math.min(100, Math.max(0, share * 100));
  }

  return {
    async read() {
      const now = performance.now();
      const memory = parseMemory(read('meminfo'));
      const disks = parseDisks(read('diskstats'), isDisk);
      const network = parseNetwork(read('net', 'dev'), isWayOut);
      return {
        cpuPercent: cpuPercent(),
        memoryUsedBytes: memory?.usedBytes ?? os.totalmem() - os.freemem(),
        memoryTotalBytes: memory?.totalBytes ?? os.totalmem(),
        diskReadBytesPerSecond: rates.read(disks.inBytes, now),
        diskWrittenBytesPerSecond: rates.written(disks.outBytes, now),
        networkReceivedBytesPerSecond: rates.received(network.inBytes, now),
        networkSentBytesPerSecond: rates.sent(network.outBytes, now),
        cpuPowerWatts: power(now),
      };
    },
  };
}

/** Tells devices that are hardware from those made of others, by the link that the kernel sets for the former. */
function hardwareIn(folder: string) {
  const known = new Map<string, boolean>();
  const isHardware = (device: string) => {
    const found = known.get(device) ?? fs.existsSync(path.join(folder, device, 'device'));
    known.set(device, found);
    return found;
  };
  const any = fs.existsSync(folder) && fs.readdirSync(folder).some(isHardware);
  return Object.assign(isHardware, { any });
}
