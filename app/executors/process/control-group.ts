import fs from 'node:fs';
import path from 'node:path';
import { readProcess } from './process-table.ts';

/** What the kernel is to keep a job to. */
export interface GroupLimits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
}

/** A job's control group: its folders (one, or one for each controller of version 1) and what they keep it to. */
export interface ControlGroup {
  readonly folders: readonly string[];
  readonly version: 1 | 2;
  readonly keeps: { readonly memory: boolean; readonly cpus: boolean };
}

/** What /proc/self/mounts and /proc/self/cgroup say; each is read where it is not given. */
interface GroupPlace {
  readonly mounts?: string;
  readonly groups?: string;
}

/** Over how long processor time is counted against its limit. */
const PERIOD_US = 100_000;

/**
 * Make a control group beside this process's own, where the system permits it. Programs are moved into it by the
 * launcher; so the kernel knows all of a job's processes, whatever they do, limits them together, and counts those that it
 * ended for want of memory.
 *
 * @param place where this process is, as the kernel tells it
 * @returns null where no group can be made: another system, a container, a session without delegation
 */
export async function makeControlGroup(
  name: string,
  limits: GroupLimits,
  place: GroupPlace = {},
): Promise<ControlGroup | null> {
  if (process.platform !== 'linux') return null;
  const mounts = groupMounts(place.mounts ?? (await readOrEmpty('/proc/self/mounts')));
  const own = ownGroups(place.groups ?? (await readOrEmpty('/proc/self/cgroup')));
  return (
    (await makeUnified(mounts, own, name, limits)) ?? (await makeByController(mounts, own, name, limits))
  );
}

/** Ids of the processes in a job's group; none where it has no group. */
export async function groupProcesses(folders: readonly string[]): Promise<number[]> {
  const texts = await Promise.all(folders.map((folder) => readOrEmpty(path.join(folder, 'cgroup.procs'))));
  return [...new Set(texts.flatMap((text) => text.split('\n')).filter(Boolean))].map(Number);
}

/** Whether the kernel ended a process of the group because memory ran out, the group's or the machine's. */
export async function endedForMemory(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders)
    for (const file of ['memory.events', 'memory.oom_control']) {
      const count = /^oom_kill (\d+)$/m.exec(await readOrEmpty(path.join(folder, file)))?.[1];
      if (Number(count ?? 0) > 0) return true;
    }
  return false;
}

/** How often, and how long between, a group is tried that the kernel still counts an ended process to. */
const REMOVALS = 20;
const PAUSE_MS = 25;

/** Remove what `makeControlGroup` made. A group that has a living process stays. */
export async function removeControlGroup(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map(removeFolder));
}

async function removeFolder(folder: string): Promise<void> {
  for (let left = REMOVALS; left > 0; left--) {
    try {
      return await fs.promises.rmdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      if ((await groupProcesses([folder])).some((pid) => readProcess(pid) !== null)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Version 2. Which limits a group can have is decided by its parent, so the nearest parent that gives memory is taken. */
async function makeUnified(mounts: Mounts, own: OwnGroups, name: string, { memoryBytes, cpus }: GroupLimits) {
  const root = mounts.get('');
  const at = own.get('');
  if (root === undefined || at === undefined) return null;
  for (let parent = path.join(root, at); parent.startsWith(root); parent = path.dirname(parent)) {
    const given = (await readOrEmpty(path.join(parent, 'cgroup.subtree_control'))).trim().split(' ');
    // Without memory it could not tell what was ended for want of it; version 1 or plain limits do better then.
    if (!given.includes('memory')) continue;
    // Moving a process takes the right to write in the nearest group that both places have in common.
    if (!(await mayWrite(path.join(parent, 'cgroup.procs')))) continue;
    const folder = await makeFolder(path.join(parent, name));
    if (!folder) continue;
    const memory = await keep(folder, [
      memoryBytes !== null && ['memory.max', String(memoryBytes)],
      memoryBytes !== null && ['memory.swap.max?', '0'],
    ]);
    const quota = cpus === null ? '' : `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`;
    const time = given.includes('cpu') && (await keep(folder, [cpus !== null && ['cpu.max', quota]]));
    if (memory) return group([folder], 2, { memoryBytes, cpus: time ? cpus : null });
    await removeControlGroup([folder]);
  }
  return null;
}

/** Version 1: one folder for memory, and one for processor time where that is limited. */
async function makeByController(mounts: Mounts, own: OwnGroups, name: string, limits: GroupLimits) {
  const folders: string[] = [];
  const make = async (controller: string, settings: Settings) => {
    const root = mounts.get(controller);
    const at = own.get(controller);
    const folder = root !== undefined && at !== undefined && (await makeFolder(path.join(root, at, name)));
    if (!folder) return false;
    folders.push(folder);
    return keep(folder, settings);
  };
  const { memoryBytes, cpus } = limits;
  const memory = await make('memory', [
    memoryBytes !== null && ['memory.limit_in_bytes', String(memoryBytes)],
    memoryBytes !== null && ['memory.memsw.limit_in_bytes?', String(memoryBytes)],
  ]);
  const time =
    cpus === null ||
    (await make('cpu', [
      ['cpu.cfs_period_us', String(PERIOD_US)],
      ['cpu.cfs_quota_us', String(Math.round(cpus * PERIOD_US))],
    ]));
  if (!memory) {
    await removeControlGroup(folders);
    return null;
  }
  return group(folders, 1, { memoryBytes, cpus: time ? cpus : null });
}

function group(folders: readonly string[], version: 1 | 2, limits: GroupLimits): ControlGroup {
  return { folders, version, keeps: { memory: limits.memoryBytes !== null, cpus: limits.cpus !== null } };
}

/** File and content; a name that ends with `?` is left out where there is no such file. */
type Settings = readonly (readonly [file: string, content: string] | false)[];

/** Write a new group's limits. @returns whether all of them were taken */
async function keep(folder: string, settings: Settings): Promise<boolean> {
  try {
    for (const setting of settings) {
      if (!setting) continue;
      const file = path.join(folder, setting[0].replace('?', ''));
      if (setting[0].endsWith('?') && !fs.existsSync(file)) continue;
      await fs.promises.writeFile(file, setting[1]);
    }
    return true;
  } catch {
    return false;
  }
}

/** A group of this name that an earlier attempt left is removed first: its counts are not this attempt's. */
async function makeFolder(folder: string): Promise<string | null> {
  await removeControlGroup([folder]);
  return fs.promises.mkdir(folder).then(
    () => folder,
    () => null,
  );
}

/** Where each controller of version 1 is mounted, and version 2 under the empty name. */
type Mounts = ReadonlyMap<string, string>;
/** This process's own group below those, by the same names. */
type OwnGroups = ReadonlyMap<string, string>;

function groupMounts(text: string): Mounts {
  const mounts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, folder, kind, options] = line.split(' ');
    if (kind === 'cgroup2') mounts.set('', folder!);
    if (kind === 'cgroup') for (const option of options!.split(',')) mounts.set(option, folder!);
  }
  return mounts;
}

function ownGroups(text: string): OwnGroups {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, ...at] = line.split(':');
    if (controllers !== undefined)
      for (const controller of controllers.split(',')) groups.set(controller, at.join(':'));
  }
  return groups;
}

function mayWrite(filePath: string): Promise<boolean> {
  return fs.promises.access(filePath, fs.constants.W_OK).then(
    () => true,
    () => false,
  );
}

function readOrEmpty(filePath: string): Promise<string> {
  return fs.promises.readFile(filePath, 'utf8').catch(() => '');
}
