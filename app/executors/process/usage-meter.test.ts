import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStart } from './process-identity.ts';
import { type ProcessEntry, processesWithVariable, processTable, withDescendants } from './process-table.ts';
import { UsageMeter } from './usage-meter.ts';

const entry = (pid: number, parent: number, cpuMs = 0): ProcessEntry => ({
  pid,
  parent,
  cpuMs,
  residentBytes: 1000,
});

describe('the processes of a job', () => {
  it('are a process and all that descend from it, each once', () => {
    const entries = [entry(1, 0), entry(2, 1), entry(3, 2), entry(4, 1), entry(5, 99)];
    const table = new Map(entries.map((each) => [each.pid, each]));
    const pids = (roots: number[]) =>
      withDescendants(table, roots)
        .map(({ pid }) => pid)
        .sort();
    expect(pids([2])).toEqual([2, 3]);
    expect(pids([1, 3, 2])).toEqual([1, 2, 3, 4]);
    expect(pids([77])).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('where there is no /proc', () => {
  const { platform } = process;
  beforeEach(() => void Object.defineProperty(process, 'platform', { value: 'darwin' }));
  afterEach(() => void Object.defineProperty(process, 'platform', { value: platform }));

  it('processes are told by ps', async () => {
    const table = await processTable();
    const own = table.get(process.pid)!;
    expect(own.parent).toBe(process.ppid);
    expect(own.residentBytes).toBeGreaterThan(10e6);
    const used = process.cpuUsage();
    expect(Math.abs(own.cpuMs - (used.user + used.system) / 1000)).toBeLessThan(5000);
    expect(await new UsageMeter().read([own])).toMatchObject({ processes: 1, readBytes: null });
  });

  it('so is the start of one', () => {
    expect(processStart(process.pid)).toMatch(/\d\d:\d\d:\d\d \d{4}$/);
    expect(processStart(2 ** 22 + 1)).toBeNull();
  });
});

describe.skipIf(process.platform === 'win32')('the usage of a job', () => {
  it('counts a program’s time, memory and bytes, and keeps what ended processes took', async () => {
    // It waits for a child that works, so the child's time becomes its own.
    const script = `
      const { execFileSync } = require('node:child_process');
      execFileSync(process.execPath, ['-e', 'const t = Date.now(); while (Date.now() - t < 300);']);
      require('node:fs').writeFileSync('/dev/null', Buffer.alloc(10));
      console.log('worked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const meter = new UsageMeter();
    const processes = withDescendants(await processTable(), [child.pid!]);
    const usage = await meter.read(processes);
    expect(usage).toMatchObject({ processes: 1, pids: [child.pid], receivedBytes: null, sentBytes: null });
    expect(usage!.cpuMs).toBeGreaterThan(100);
    expect(usage!.memoryBytes).toBeGreaterThan(10e6);
    expect(usage!.memoryBytes).toBeLessThanOrEqual(processes[0]!.residentBytes);
    const less = await meter.read([{ ...processes[0]!, cpuMs: 1 }]);
    expect(less!.cpuMs).toBe(usage!.cpuMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await meter.read(withDescendants(await processTable(), [child.pid!]))).toBeNull();
  });

  it('finds processes by what is in their environment', async () => {
    const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
      env: { LATHE_TEST_MARK: 'here it is' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    if (process.platform === 'linux')
      expect(await processesWithVariable('LATHE_TEST_MARK', 'here it is')).toEqual([child.pid]);
    expect(await processesWithVariable('LATHE_TEST_MARK', 'here')).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});
