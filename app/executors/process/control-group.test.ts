import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { endedForMemory, groupProcesses, makeControlGroup, removeControlGroup } from './control-group.ts';

const probe = await makeControlGroup(`lathe-probe-${process.pid}`, { memoryBytes: 2 ** 30, cpus: 1 });
if (probe) await removeControlGroup(probe.folders);
else console.warn('skipped: control groups (none can be made here)');

describe.skipIf(!probe)('a control group', () => {
  it('holds the processes that enter it, and goes when they are gone', async () => {
    const group = (await makeControlGroup(`lathe-test-${process.pid}`, { memoryBytes: 2 ** 30, cpus: 0.5 }))!;
    expect(group.keeps).toEqual({ memory: true, cpus: true });
    const child = spawn('sleep', ['1000']);
    for (const folder of group.folders)
      fs.writeFileSync(path.join(folder, 'cgroup.procs'), String(child.pid));
    expect(await groupProcesses(group.folders)).toEqual([child.pid]);
    await removeControlGroup(group.folders);
    expect(group.folders.map((folder) => fs.existsSync(folder))).toEqual(group.folders.map(() => true));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await endedForMemory(group.folders)).toBe(false);
    await removeControlGroup(group.folders);
    await removeControlGroup(group.folders);
    expect(group.folders.map((folder) => fs.existsSync(folder))).toEqual(group.folders.map(() => false));
    expect(await groupProcesses(group.folders)).toEqual([]);
  });
});

/** Folders that look like a desktop session's control groups of version 2; plain files take whatever is written. */
describe.skipIf(process.platform !== 'linux')('a control group of version 2', () => {
  const session = '/user.slice/user@1000.service/app.slice/lathe.scope';

  function sessionGiving(controllers: string) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-groups-'));
    fs.mkdirSync(path.join(root, session), { recursive: true });
    const slice = path.join(root, path.dirname(session));
    for (const [folder, given] of [
      [path.join(root, session), ''],
      [slice, controllers],
    ] as const) {
      fs.writeFileSync(path.join(folder, 'cgroup.subtree_control'), `${given}\n`);
      fs.writeFileSync(path.join(folder, 'cgroup.procs'), '');
    }
    return { root, slice, place: { mounts: `cgroup2 ${root} cgroup2 rw 0 0\n`, groups: `0::${session}\n` } };
  }

  it('is made below the nearest group that gives memory', async () => {
    const { root, slice, place } = sessionGiving('cpu memory pids');
    const group = await makeControlGroup('lathe-x', { memoryBytes: 1000, cpus: 1.5 }, place);
    const folder = path.join(slice, 'lathe-x');
    expect(group).toEqual({ folders: [folder], version: 2, keeps: { memory: true, cpus: true } });
    expect(fs.readFileSync(path.join(folder, 'memory.max'), 'utf8')).toBe('1000');
    expect(fs.readFileSync(path.join(folder, 'cpu.max'), 'utf8')).toBe('150000 100000');
    fs.writeFileSync(path.join(folder, 'memory.events'), 'oom 1\noom_kill 1\noom_group_kill 0\n');
    expect(await endedForMemory([folder])).toBe(true);
    fs.rmSync(root, { recursive: true });
  });

  it('tells which limits it cannot keep', async () => {
    const { root, place } = sessionGiving('memory pids');
    const group = await makeControlGroup('lathe-x', { memoryBytes: 1000, cpus: 1.5 }, place);
    expect(group?.keeps).toEqual({ memory: true, cpus: false });
    fs.rmSync(root, { recursive: true });
  });

  it('is not made where none gives memory', async () => {
    const { root, place } = sessionGiving('pids');
    expect(await makeControlGroup('lathe-x', { memoryBytes: 1000, cpus: null }, place)).toBeNull();
    fs.rmSync(root, { recursive: true });
  });
});
