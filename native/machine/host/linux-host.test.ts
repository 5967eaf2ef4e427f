import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLinuxHost } from './linux-host.ts';

let root: string;

function write(file: string, text: string | number) {
  const whole = path.join(root, file);
  fs.mkdirSync(path.dirname(whole), { recursive: true });
  fs.writeFileSync(whole, `${text}\n`);
}

const stat = (busy: number, idle: number) =>
  write(
    'proc/stat',
    `cpu  ${busy} 0 0 ${idle} 0 0 0 40 999 999\ncpu0 ${busy} 0 0 ${idle} 0 0 0 0 0 0\nintr 1 2 3`,
  );

const disks = (read: number, written: number) =>
  write(
    'proc/diskstats',
    [
      `   8       0 sda 100 1 ${read} 5 200 2 ${written} 9 0 1 1 0 0 0 0 0 0`,
      `   8       1 sda1 100 1 ${read} 5 200 2 ${written} 9 0 1 1 0 0 0 0 0 0`,
      ' 253       0 dm-0 100 1 7777777 5 200 2 7777777 9 0 1 1 0 0 0 0 0 0',
    ].join('\n'),
  );

const network = (received: number, sent: number) =>
  write(
    'proc/net/dev',
    [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo: 5555555      29    0    0    0     0          0         0  5555555      29    0    0    0     0       0          0',
      `  eth0:${received}   75248    0    0    0     0          0         0  ${sent}   49666    0    0    0     0       0          0`,
      'docker0: 4444444       0    0    0    0     0          0         0  4444444       0    0    2    0     0       0          0',
    ].join('\n'),
  );

function package_(number: number, energy: number | string, name = `package-${number}`) {
  write(`sys/class/powercap/intel-rapl:${number}/name`, name);
  write(`sys/class/powercap/intel-rapl:${number}/max_energy_range_uj`, 262_143_000_000);
  write(`sys/class/powercap/intel-rapl:${number}/energy_uj`, energy);
}

const host = () => createLinuxHost({ proc: path.join(root, 'proc'), sys: path.join(root, 'sys') });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-host-'));
  for (const device of [
    'block/sda/device',
    'block/dm-0',
    'class/net/eth0/device',
    'class/net/docker0',
    'class/net/lo',
  ])
    fs.mkdirSync(path.join(root, 'sys', device), { recursive: true });
  stat(1000, 9000);
  write('proc/meminfo', 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB');
  disks(1000, 2000);
  network(10_000, 500);
});

afterEach(() => {
  vi.useRealTimers();
  fs.rmSync(root, { recursive: true, force: true });
});

describe('a Linux machine', () => {
  it('has no rates at the first look', async () => {
    expect(await host().read()).toEqual({
      cpuPercent: null,
      memoryUsedBytes: 600 * 1024,
      memoryTotalBytes: 1000 * 1024,
      diskReadBytesPerSecond: null,
      diskWrittenBytesPerSecond: null,
      networkReceivedBytesPerSecond: null,
      networkSentBytesPerSecond: null,
      cpuPowerWatts: null,
    });
  });

  it('counts whole disks and real adapters, once', async () => {
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(2000);
    stat(1060, 9130);
    disks(1200, 2002);
    network(10_300, 500);
    expect(await machine.read()).toMatchObject({
      diskReadBytesPerSecond: 100 * 512,
      diskWrittenBytesPerSecond: 512,
      networkReceivedBytesPerSecond: 150,
      networkSentBytesPerSecond: 0,
    });
  });

  it('is busy with what it worked, of all time that passed', async () => {
    const machine = host();
    await machine.read();
    stat(1060, 9140);
    expect((await machine.read()).cpuPercent).toBe(30);
  });

  it('has no rate where a counter went back, as when a disk is pulled out', async () => {
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(1000);
    disks(0, 2002);
    expect(await machine.read()).toMatchObject({
      diskReadBytesPerSecond: null,
      diskWrittenBytesPerSecond: 1024,
    });
  });

  it('counts virtual interfaces where it has no other, as in a container', async () => {
    fs.rmSync(path.join(root, 'sys/class/net/eth0/device'), { recursive: true });
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(1000);
    network(10_300, 500);
    expect((await machine.read()).networkReceivedBytesPerSecond).toBe(300);
  });

  it('is read as far as it can be', async () => {
    fs.rmSync(path.join(root, 'proc'), { recursive: true });
    fs.rmSync(path.join(root, 'sys'), { recursive: true });
    const machine = host();
    await machine.read();
    expect(await machine.read()).toMatchObject({ cpuPercent: null, memoryTotalBytes: os.totalmem() });
  });
});

describe('the power of the processors', () => {
  it('is that of all packages, without the board that contains them', async () => {
    package_(0, 1_000_000);
    package_(1, 5_000_000);
    package_(2, 0, 'psys');
    const machine = host();
    expect((await machine.read()).cpuPowerWatts).toBeNull();
    vi.advanceTimersByTime(2000);
    package_(0, 61_000_000);
    package_(1, 45_000_000);
    package_(2, 900_000_000, 'psys');
    expect((await machine.read()).cpuPowerWatts).toBe(50);
  });

  it('is right when the counter starts again at zero', async () => {
    package_(0, 262_142_000_000);
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(1000);
    package_(0, 9_000_000);
    expect((await machine.read()).cpuPowerWatts).toBe(10);
  });

  it('is not known after so long that the counter may have started again twice', async () => {
    package_(0, 0);
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(200_000);
    package_(0, 9_000_000);
    expect((await machine.read()).cpuPowerWatts).toBeNull();
    vi.advanceTimersByTime(1000);
    package_(0, 19_000_000);
    expect((await machine.read()).cpuPowerWatts).toBe(10);
  });

  it('is not known while one package may not be read', async () => {
    package_(0, 0);
    package_(1, 0);
    const machine = host();
    await machine.read();
    vi.advanceTimersByTime(1000);
    fs.rmSync(path.join(root, 'sys/class/powercap/intel-rapl:1/energy_uj'));
    expect((await machine.read()).cpuPowerWatts).toBeNull();
  });
});
