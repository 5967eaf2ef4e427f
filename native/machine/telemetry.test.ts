import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeGpu, fakeGpus, type GpuScenario } from '../../test/support/fake-gpus.ts';
import { createMachine } from './machine.ts';
import { createTelemetry } from './telemetry.ts';

const nowhere = '/nonexistent/tool';
const patient = { timeout: 20_000, interval: 50 };

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

function machine(scenario: Partial<GpuScenario> = {}, rocmSmi = nowhere) {
  const fake = fakeGpus(scenario);
  const telemetry = createTelemetry({ tools: { nvidiaSmi: fake.tool, rocmSmi } });
  open.push(fake.dispose, () => telemetry.close());
  return { fake, telemetry };
}

function withoutGpus() {
  const telemetry = createTelemetry({ tools: { nvidiaSmi: nowhere, rocmSmi: nowhere } });
  open.push(() => telemetry.close());
  return telemetry;
}

/** A `rocm-smi` that prints this. */
function rocm(text: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-rocm-'));
  open.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.writeFileSync(path.join(folder, 'text'), text);
  fs.writeFileSync(path.join(folder, 'rocm-smi'), `#!/bin/sh\ncat "${folder}/text"\n`, { mode: 0o755 });
  return path.join(folder, 'rocm-smi');
}

const oneCard = JSON.stringify({ card0: { 'Unique ID': '0xab', 'Card Series': 'Radeon' } });

describe('readings of this machine', () => {
  it('tell of processor, memory and GPUs together', async () => {
    const { telemetry } = machine();
    const before = Date.now();
    const first = await telemetry.host();
    expect(first.at).toBeGreaterThanOrEqual(before);
    expect(first.cpuPercent).toBeNull();
    expect(first.memoryTotalBytes).toBeGreaterThan(first.memoryUsedBytes);
    expect(first.memoryUsedBytes).toBeGreaterThan(0);
    const rated = await vi.waitUntil(async () => {
      const reading = await telemetry.host();
      return reading.cpuPercent !== null && reading.gpus.length > 0 && reading;
    }, patient);
    expect(rated.gpus).toMatchObject([{ name: 'NVIDIA RTX A6000', powerWatts: 100 }]);
    expect(rated.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(rated.cpuPercent).toBeLessThanOrEqual(100);
    expect(rated.diskReadBytesPerSecond).toBeGreaterThanOrEqual(0);
    expect(rated.networkSentBytesPerSecond).toBeGreaterThanOrEqual(0);
  });

  it('are shared by readers that come at about the same time', async () => {
    const telemetry = withoutGpus();
    const [one, other] = await Promise.all([telemetry.host(), telemetry.host()]);
    expect(other).toBe(one);
    expect(await telemetry.host()).toBe(one);
    await vi.waitUntil(async () => (await telemetry.host()) !== one, patient);
  });

  it('do not wait for a driver that hangs', async () => {
    const { telemetry } = machine({ hangs: true });
    const asked = vi.fn();
    telemetry.gpus().catch(asked);
    expect(await telemetry.host()).toMatchObject({ gpus: [] });
    expect(asked).not.toHaveBeenCalled();
  });

  it('come without GPUs while their driver fails, which asking for GPUs tells', async () => {
    const { telemetry } = machine({ says: 'Failed to initialize NVML: Driver/library version mismatch' });
    expect(await telemetry.host()).toMatchObject({ gpus: [] });
    await expect(telemetry.gpus()).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  });
});

describe('a machine with two vendors’ tools', () => {
  const broken = {
    says: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    exitCode: 9,
  };

  it('has the GPUs of both', async () => {
    const { telemetry } = machine({}, rocm(oneCard));
    expect((await telemetry.gpus()).map(({ vendor }) => vendor)).toEqual(['nvidia', 'amd']);
  });

  it('is not kept from one vendor’s GPUs by the other’s tool that never worked', async () => {
    const { telemetry } = machine(broken, rocm(oneCard));
    expect(await telemetry.gpus()).toMatchObject([{ vendor: 'amd', name: 'Radeon' }]);
  });

  it('tells of GPUs that it had and that fail now, beside others that work', async () => {
    const { fake, telemetry } = machine({ diesAfter: 1 }, rocm(oneCard));
    expect(await telemetry.gpus()).toHaveLength(2);
    fake.show(broken);
    await expect(
      vi.waitUntil(async () => (await telemetry.gpus()).length < 2, patient),
    ).rejects.toMatchObject({ code: 'TARGET_FAILED', details: { exitCode: expect.any(Number) } });
    expect(await telemetry.host()).toMatchObject({ gpus: [{ vendor: 'amd' }] });
  });
});

describe('the machine in words', () => {
  it('names its GPUs, their memory, driver and CUDA', async () => {
    const { telemetry } = machine({
      gpus: [fakeGpu(0), fakeGpu(1, { name: 'NVIDIA H200', total: 143_771 })],
    });
    expect(await createMachine(telemetry).describe()).toMatchObject({
      'gpu.0': 'NVIDIA RTX A6000',
      'gpu.0.memory': '48 GiB',
      'gpu.1': 'NVIDIA H200',
      'gpu.1.memory': '140 GiB',
      'gpu.driver': '550.54.14',
      'gpu.cuda': '12.4',
      node: process.version,
    });
  });

  it('says nothing of GPUs that it lacks or that fail', async () => {
    const failing = machine({ says: 'Failed to initialize NVML: Unknown Error' });
    for (const telemetry of [withoutGpus(), failing.telemetry]) {
      const facts = await createMachine(telemetry).describe();
      expect(Object.keys(facts).filter((key) => key.startsWith('gpu'))).toEqual([]);
      expect(facts.os).toContain(os.type());
    }
  });

  it('loads its disk and GPUs as the status bar shows them', async () => {
    const { telemetry } = machine();
    const machine_ = createMachine(telemetry);
    await telemetry.gpus();
    const load = await machine_.load(os.tmpdir());
    expect(load.diskFreeBytes).toBeGreaterThan(0);
    expect(load.gpus).toEqual([
      {
        id: fakeGpu(0).uuid,
        index: 0,
        name: 'NVIDIA RTX A6000',
        utilisationPercent: 50,
        memoryUsedBytes: 1024 ** 3,
        memoryTotalBytes: 49_140 * 1024 ** 2,
        powerWatts: 100,
        temperatureCelsius: 60,
      },
    ]);
  });
});
