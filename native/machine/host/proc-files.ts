/** Bytes in a sector of /proc/diskstats, whatever the disk's own sector size is. */
const SECTOR_BYTES = 512;

/** Clock ticks that all cores together were busy, and all that have passed. */
export interface CpuTicks {
  readonly busy: number;
  readonly total: number;
}

/** @param text /proc/stat. Time that a hypervisor took away was neither used nor free: it is in `total` alone. */
export function parseCpuTicks(text: string): CpuTicks | null {
  const line = /^cpu +(.+)$/m.exec(text)?.[1];
  if (!line) return null;
  // Guest time, which follows these eight, is counted in `user` already.
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, stolen = 0] = line
    .split(' ')
    .map(Number);
  const busy = user + nice + system + irq + softIrq;
  return { busy, total: busy + idle + wait + stolen };
}

/** @param text /proc/meminfo. Memory that the kernel would give back when asked (caches) does not count as used. */
export function parseMemory(text: string): { usedBytes: number; totalBytes: number } | null {
  const kibibytes = (key: string) => {
    const found = new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  const total = kibibytes('MemTotal');
  const available = kibibytes('MemAvailable') ?? kibibytes('MemFree');
  if (total === null || available === null) return null;
  return { usedBytes: (total - available) * 1024, totalBytes: total * 1024 };
}

/** Bytes that went in and out since the machine started. */
export interface Traffic {
  readonly inBytes: number;
  readonly outBytes: number;
}

/**
 * @param text /proc/diskstats
 * @param counts whether a device is a whole disk: partitions and volumes on top of disks would count twice
 */
export function parseDisks(text: string, counts: (device: string) => boolean): Traffic {
  return sum(
    text.split('\n').flatMap((line) => {
      const [, , device, , , readSectors, , , , writtenSectors] = line.trim().split(/ +/);
      if (device === undefined || writtenSectors === undefined || !counts(device)) return [];
      return { inBytes: Number(readSectors) * SECTOR_BYTES, outBytes: Number(writtenSectors) * SECTOR_BYTES };
    }),
  );
}

/**
 * @param text /proc/net/dev
 * @param counts whether an interface is a way out of the machine: bridges and tunnels would count twice
 */
export function parseNetwork(text: string, counts: (device: string) => boolean): Traffic {
  return sum(
    text.split('\n').flatMap((line) => {
      const [, device, numbers] = /^ *([^ :]+): *(.+)$/.exec(line) ?? [];
      if (device === undefined || numbers === undefined || !counts(device)) return [];
      const fields = numbers.split(/ +/);
      return { inBytes: Number(fields[0]), outBytes: Number(fields[8]) };
    }),
  );
}

const sum = (parts: readonly Traffic[]): Traffic =>
  parts.reduce(
    (all, part) => ({ inBytes: all.inBytes + part.inBytes, outBytes: all.outBytes + part.outBytes }),
    { inBytes: 0, outBytes: 0 },
  );
