import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';

/** One process of this machine as the system sees it now. Ended ones that nobody waited for are left out. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of its own and of ended children that it waited for. */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Every process of this machine by its id. On Linux some microseconds for each, elsewhere one call of `ps`. */
export async function processTable(): Promise<Map<number, ProcessEntry>> {
  const entries = process.platform === 'linux' ? processIds().map(readProcess) : await askPs();
  return new Map(entries.flatMap((entry) => (entry === null ? [] : [[entry.pid, entry] as const])));
}

/** The processes with these ids and all that descend from them, as far as they are there. */
export function withDescendants(
  table: ReadonlyMap<number, ProcessEntry>,
  roots: Iterable<number>,
): ProcessEntry[] {
  const childrenOf = Map.groupBy(table.values(), ({ parent }) => parent);
  const found = new Map<number, ProcessEntry>();
  const open = [...roots];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const entry = table.get(pid);
    if (!entry || found.has(pid)) continue;
    found.set(pid, entry);
    for (const child of childrenOf.get(pid) ?? []) open.push(child.pid);
  }
  return [...found.values()];
}

/** Ids of the processes whose environment holds this variable with this value, as far as this user may look. */
export async function processesWithVariable(name: string, value: string): Promise<number[]> {
  const wanted = `${name}=${value}`;
  if (process.platform === 'linux')
    return processIds().filter((pid) => readQuietly(`/proc/${pid}/environ`).split('\0').includes(wanted));
  const lines = await ps('-axwwE', ['pid', 'command']);
  return lines.filter((line) => line.split(' ').includes(wanted)).map((line) => Number.parseInt(line, 10));
}

/** @returns null for a process that is gone or has ended; Linux only */
export function readProcess(pid: number): ProcessEntry | null {
  const stat = readQuietly(`/proc/${pid}/stat`);
  // The command's name may contain spaces and brackets; the fields after its last bracket are plain (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 22 || fields[0] === 'Z' || fields[0] === 'X') return null;
  const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
  return {
    pid,
    parent: Number(fields[1]),
    cpuMs: (ticks * 1000) / units().ticksPerSecond,
    residentBytes: Number(fields[21]) * units().pageBytes,
  };
}

function processIds(): number[] {
  return fs.readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** A file of /proc; an empty text for what is gone meanwhile or belongs to someone else. */
export function readQuietly(filePath: string): string {
  try {
    return fs.readFileSync(filePath, 'latin1');
  } catch {
    return '';
  }
}

let systemUnits: { readonly ticksPerSecond: number; readonly pageBytes: number } | undefined;

function units() {
  systemUnits ??= {
    ticksPerSecond: Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })),
    pageBytes: Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })),
  };
  return systemUnits;
}

/** Lines without a heading. Each column is an option of its own: what follows `=` in one would be its heading. */
async function ps(which: string, columns: readonly string[]): Promise<string[]> {
  const options = { maxBuffer: 64 * 2 ** 20, env: { ...process.env, LC_ALL: 'C' } };
  const args = [which, ...columns.flatMap((column) => ['-o', `${column}=`])];
  const { stdout } = await promisify(execFile)('ps', args, options);
  return stdout.split('\n').map((line) => line.trim());
}

async function askPs(): Promise<(ProcessEntry | null)[]> {
  return (await ps('-ax', ['pid', 'ppid', 'rss', 'time', 'state'])).map((line) => {
    const [pid, parent, residentKiB, time, state] = line.split(/\s+/);
    if (!state || state.startsWith('Z')) return null;
    return {
      pid: Number(pid),
      parent: Number(parent),
      cpuMs: clockMs(time!),
      residentBytes: Number(residentKiB) * 1024,
    };
  });
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`, as ps says it */
function clockMs(text: string): number {
  const [rest, days] = text.split('-').reverse();
  const seconds = rest!.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days ?? 0) * 86_400 + seconds) * 1000);
}
