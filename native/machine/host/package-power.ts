import fs from 'node:fs';
import path from 'node:path';
import { counterRate } from './counter-rate.ts';

/** More than any processor package draws: a counter that could have wrapped twice at this power tells nothing. */
const MOST_WATTS = 2000;

/**
 * Power of the processor packages from the kernel's RAPL counters (powercap), in watts.
 *
 * @param sys where sysfs is mounted
 * @returns a function of the monotonic time in milliseconds; it gives null where the machine has no such counters,
 * where this user may not read them (the kernel's default), and at the first look
 */
export function createPackagePower(sys: string): (atMs: number) => number | null {
  const zones = packageZones(path.join(sys, 'class', 'powercap'));
  const rates = zones.map(({ rangeMicrojoules }) => counterRate(rangeMicrojoules));
  /** A package wraps once after no less than this. */
  const longestGapMs = Math.min(...zones.map(({ rangeMicrojoules }) => rangeMicrojoules)) / MOST_WATTS / 1000;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return (atMs) => {
    const tooLong = atMs - lastAtMs > longestGapMs;
    lastAtMs = atMs;
    const watts = zones.map(({ energyFile }, zone) => {
      const microjoules = readNumber(energyFile);
      const perSecond = rates[zone]!(microjoules, atMs);
      return perSecond === null ? null : perSecond / 1e6;
    });
    // One package without the other would be half the truth.
    if (tooLong || watts.length === 0 || watts.includes(null)) return null;
    return watts.reduce<number>((all, one) => all + one!, 0);
  };
}

interface Zone {
  readonly energyFile: string;
  readonly rangeMicrojoules: number;
}

/** The top-level zones that are packages; `psys` (the whole board) contains them, sub-zones are contained in them. */
function packageZones(folder: string): Zone[] {
  return listFolder(folder)
    .filter((entry) => /^intel-rapl:\d+$/.test(entry))
    .flatMap((entry) => {
      const zone = path.join(folder, entry);
      const rangeMicrojoules = readNumber(path.join(zone, 'max_energy_range_uj'));
      const isPackage = readText(path.join(zone, 'name'))?.startsWith('package');
      return isPackage && rangeMicrojoules !== null
        ? [{ energyFile: path.join(zone, 'energy_uj'), rangeMicrojoules }]
        : [];
    });
}

function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

function readNumber(file: string): number | null {
  const text = readText(file);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
