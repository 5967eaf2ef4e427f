import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeGpu, fakeGpus, type GpuScenario } from '../../../test/support/fake-gpus.ts';
import { createNvidiaSource } from './nvidia-source.ts';
import { nvidiaTiming } from './nvidia-timing.ts';

/** Faster than the real one wherever a test would wait for it. */
const quick = { ...nvidiaTiming, everyMs: 40, settleMs: 100, retryMs: 50, longestRetryMs: 400 };

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

function machine(scenario: Partial<GpuScenario> = {}, timing = quick) {
  const fake = fakeGpus(scenario);
  const source = createNvidiaSource(() => fake.tool, timing);
  open.push(fake.dispose, () => source.close());
  return { fake, source };
}

const patient = { timeout: 20_000, interval: 20 };
const streams = (fake: ReturnType<typeof fakeGpus>) =>
  fake.starts().filter(({ args }) => args.includes('--query-gpu'));

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a machine with NVIDIA GPUs', () => {
  it('tells of each one in bytes, watts and degrees, in the order of the bus', async () => {
    const { source } = machine({
      gpus: [fakeGpu(0), fakeGpu(1, { name: 'NVIDIA H100, 80GB', used: 2, power: 71.25 })],
    });
    const gpus = await source.read();
    expect(gpus).toEqual([
      {
        id: 'GPU-00000000-1111-2222-3333-444444444444',
        index: 0,
        vendor: 'nvidia',
        name: 'NVIDIA RTX A6000',
        driver: '550.54.14',
        utilisationPercent: 50,
        memoryUsedBytes: 1024 * 1024 * 1024,
        memoryTotalBytes: 49_140 * 1024 * 1024,
        powerWatts: 100,
        temperatureCelsius: 60,
        processes: [],
      },
      expect.objectContaining({
        index: 1,
        name: 'NVIDIA H100, 80GB',
        memoryUsedBytes: 2 * 1024 * 1024,
        powerWatts: 71.25,
      }),
    ]);
  });

  it('follows values as they change, with one process for all readings', async () => {
    const { fake, source } = machine({ gpus: [fakeGpu(0, { utilisation: [10, 20, 30] })] });
    const seen = new Set<number | null>();
    await vi.waitUntil(async () => {
      seen.add((await source.read())[0]!.utilisationPercent);
      return seen.size === 3;
    }, patient);
    expect([...seen].sort()).toEqual([10, 20, 30]);
    expect(streams(fake)).toHaveLength(1);
  });

  it('names the processes that hold memory on a GPU, and leaves out those whose memory is not told', async () => {
    const { uuid } = fakeGpu(1);
    const { source } = machine({
      gpus: [fakeGpu(0), fakeGpu(1)],
      processes: [
        { gpu: uuid, pid: 4711, memory: 512 },
        { gpu: uuid, pid: 4712, memory: '[N/A]' },
      ],
    });
    const [first, second] = await source.read();
    expect(first!.processes).toEqual([]);
    expect(second!.processes).toEqual([{ pid: 4711, memoryBytes: 512 * 1024 * 1024 }]);
  });

  it('ends the tool when nobody asks any more, and starts it again for the next who does', async () => {
    const { fake, source } = machine({}, { ...quick, idleMs: 300, staleMs: 200 });
    await source.read();
    const [first] = streams(fake);
    await vi.waitUntil(() => !isAlive(first!.pid), patient);
    expect(streams(fake)).toHaveLength(1);
    await vi.waitUntil(async () => (await source.read()).length === 1 && streams(fake).length === 2, patient);
  });

  it('ends the tool when it is closed', async () => {
    const { fake, source } = machine();
    await source.read();
    source.close();
    for (const { pid } of fake.starts()) await vi.waitUntil(() => !isAlive(pid), patient);
    expect(await source.read()).toEqual([]);
  });
});

describe('a GPU that does not tell everything', () => {
  it.each(['[N/A]', '[Not Supported]', 'ERR!', '[Unknown Error]', 'N/A'])(
    'has no value where it says %s',
    async (words) => {
      const { source } = machine({
        gpus: [fakeGpu(0, { utilisation: words, power: words, temperature: words })],
      });
      expect(await source.read()).toMatchObject([
        {
          name: 'NVIDIA RTX A6000',
          utilisationPercent: null,
          powerWatts: null,
          temperatureCelsius: null,
          memoryUsedBytes: 1024 ** 3,
        },
      ]);
    },
  );

  it('goes by its PCI address where it has no UUID', async () => {
    const { source } = machine({ gpus: [fakeGpu(0, { uuid: '[N/A]' })] });
    expect(await source.read()).toMatchObject([{ id: '00000000:01:00.0' }]);
  });
});

describe('a GPU that is lost', () => {
  const lost =
    'Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU';

  it.each([
    ['has words in its place for a while', fakeGpu(1, { words: lost }), 500],
    ['says so in its fields', fakeGpu(1, { utilisation: '[GPU is lost]', used: '[GPU is lost]' }), 60_000],
  ])('is left out when it %s, and the others stay', async (_how, gone, staleMs) => {
    const { fake, source } = machine({ gpus: [fakeGpu(0), fakeGpu(1)] }, { ...quick, staleMs });
    expect(await source.read()).toHaveLength(2);
    fake.show({ gpus: [fakeGpu(0), gone] });
    await vi.waitUntil(async () => (await source.read()).length === 1, patient);
    expect(await source.read()).toMatchObject([{ index: 0 }]);
  });

  it('is an error with the tool’s words and the cure when it was the only one', async () => {
    const { source } = machine({ says: lost, exitCode: 15 });
    await expect(source.read()).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('GPU is lost'),
      nextStep: expect.stringContaining('Xid'),
      details: { exitCode: 15 },
    });
    expect(source.hasAnswered()).toBe(false);
  });

  it('is an error too when the tool then says that there is none', async () => {
    const { fake, source } = machine({ diesAfter: 2 }, { ...quick, staleMs: 300 });
    await source.read();
    fake.show({ says: 'No devices were found', exitCode: 6 });
    await expect(vi.waitUntil(async () => (await source.read()).length === 0, patient)).rejects.toMatchObject(
      { code: 'TARGET_FAILED', message: expect.stringMatching(/No devices were found|code 1/) },
    );
  });
});

describe('a driver that does not work', () => {
  it.each([
    [
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.183',
      18,
      'Restart the machine',
    ],
    [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
      9,
      'modprobe nvidia',
    ],
    ['Failed to initialize NVML: Unknown Error', 255, 'restart the container'],
    ['Failed to initialize NVML: Insufficient Permissions', 4, 'device files'],
    ['Segmentation fault in something', 139, 'in a terminal'],
  ])('is told in its own words: %s', async (says, exitCode, cure) => {
    const { source } = machine({ says, exitCode });
    await expect(source.read()).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(says.split('\n')[0]!),
      nextStep: expect.stringContaining(cure),
    });
  });

  it('is not asked again at once, and is used again when it works', async () => {
    const { fake, source } = machine(
      { says: 'Failed to initialize NVML: Unknown Error' },
      { ...quick, retryMs: 1500 },
    );
    await expect(source.read()).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await expect(source.read()).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(streams(fake)).toHaveLength(1);
    fake.show({});
    await vi.waitUntil(
      () =>
        source.read().then(
          ({ length }) => length === 1,
          () => false,
        ),
      patient,
    );
    expect(streams(fake).length).toBeLessThanOrEqual(3);
  });

  it('is an error while the tool hangs, which is ended and tried again', async () => {
    const { fake, source } = machine({ hangs: true }, { ...quick, waitMs: 300, answerMs: 600 });
    await expect(source.read()).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('has not answered'),
    });
    const [first] = streams(fake);
    await vi.waitUntil(() => !isAlive(first!.pid), patient);
    fake.show({});
    await vi.waitUntil(
      () =>
        source.read().then(
          ({ length }) => length === 1,
          () => false,
        ),
      patient,
    );
  });

  it('is an error while the tool prints something else', async () => {
    const { source } = machine({ gpus: [fakeGpu(0, { words: '<<<\u0000 0xfeed, 1, 2' })] });
    await expect(source.read()).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('0xfeed'),
    });
  });

  it('is bridged by the last readings when its tool dies once', async () => {
    const { fake, source } = machine({ diesAfter: 3 });
    await source.read();
    await vi.waitUntil(() => !isAlive(streams(fake)[0]!.pid), patient);
    fake.show({ gpus: [fakeGpu(0, { utilisation: 99 })] });
    await vi.waitUntil(async () => (await source.read())[0]!.utilisationPercent === 99, patient);
    expect(streams(fake).length).toBeGreaterThan(1);
  });
});

describe('a machine without NVIDIA GPUs', () => {
  it('has none, when it lacks the tool', async () => {
    const source = createNvidiaSource(() => null, quick);
    expect(await source.read()).toEqual([]);
    source.close();
  });

  it('has none, when the tool has gone since it was found', async () => {
    const source = createNvidiaSource(() => '/nonexistent/nvidia-smi', quick);
    expect(await source.read()).toEqual([]);
    source.close();
  });

  it('has none, when the tool says so, and is not asked again soon', async () => {
    const { fake, source } = machine(
      { says: 'No devices were found', exitCode: 6 },
      { ...quick, longestRetryMs: 60_000 },
    );
    expect(await source.read()).toEqual([]);
    expect(await source.read()).toEqual([]);
    expect(streams(fake)).toHaveLength(1);
  });
});
