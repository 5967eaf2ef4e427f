import { afterEach, describe, expect, it } from 'vitest';
import type { GrantedGpu } from '../../app/executors/executor.ts';
import { type Answer, RecordingEngine } from '../support/recording-engine.ts';
import { begin, executorFor, makeRun, somebody } from './container-run.ts';

const gpus: GrantedGpu[] = [
  { id: 'GPU-11111111-aaaa-bbbb-cccc-222222222222', index: 3, vendor: 'nvidia' },
  { id: 'GPU-33333333-aaaa-bbbb-cccc-444444444444', index: 5, vendor: 'nvidia' },
];
let recording: RecordingEngine;
afterEach(() => recording.close());

const says =
  (info: Record<string, unknown>, version: Record<string, unknown> = {}): Answer =>
  ({ path }) => {
    if (path === '/info') return { status: 200, body: info };
    if (path === '/version') return { status: 200, body: { Version: '9.9', ApiVersion: '1.48', ...version } };
    return undefined;
  };
const podman = { Components: [{ Name: 'Podman Engine' }] };

async function asked(
  answer: Answer,
  changes: Parameters<typeof makeRun>[0] = {},
  granted: readonly GrantedGpu[] = [],
) {
  recording = await RecordingEngine.start(answer);
  const executor = executorFor(recording);
  await begin(executor, makeRun(changes), { gpus: granted });
  await executor.close();
  return recording.created;
}

const variable = (created: { Env: string[] }, name: string) =>
  created.Env.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);

describe('GPUs that a run was granted', () => {
  it('are asked of Docker by their ids, and counted from 0 inside', async () => {
    const created = await asked(says({ Runtimes: { nvidia: {} } }), {}, gpus);
    expect(created.HostConfig.DeviceRequests).toEqual([
      { Driver: 'nvidia', DeviceIDs: gpus.map(({ id }) => id), Capabilities: [['gpu']] },
    ]);
    expect(variable(created, 'CUDA_VISIBLE_DEVICES')).toBe('0,1');
    expect(variable(created, 'NVIDIA_VISIBLE_DEVICES')).toBe(gpus.map(({ id }) => id).join());
    expect(variable(created, 'CUDA_DEVICE_ORDER')).toBe('PCI_BUS_ID');
  });

  it('are asked by CDI names where the engine has nothing else', async () => {
    const created = await asked(
      says({ DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=0' }] }),
      {},
      gpus,
    );
    expect(created.HostConfig.DeviceRequests).toEqual([
      { Driver: 'cdi', DeviceIDs: gpus.map(({ id }) => `nvidia.com/gpu=${id}`) },
    ]);
  });

  it('are devices by CDI names to Podman', async () => {
    const created = await asked(says({}, podman), {}, gpus.slice(0, 1));
    expect(created.HostConfig.DeviceRequests).toBeUndefined();
    expect(created.HostConfig.Devices).toEqual([
      expect.objectContaining({ PathOnHost: `nvidia.com/gpu=${gpus[0]!.id}` }),
    ]);
  });

  it('of AMD are devices with their groups', async () => {
    const created = await asked(says({}), {}, [{ id: '0000:03:00.0', index: 1, vendor: 'amd' }]);
    const devices = (created.HostConfig.Devices as { PathOnHost: string }[]).map(
      ({ PathOnHost }) => PathOnHost,
    );
    expect(devices[0]).toBe('/dev/kfd');
    expect(devices[1]).toMatch(/^\/dev\/dri/);
    expect(created.HostConfig.GroupAdd).not.toEqual([]);
    // This machine cannot say which render device is that GPU: the container sees all, and the program only its own.
    if (devices[1] === '/dev/dri') expect(variable(created, 'HIP_VISIBLE_DEVICES')).toBe('1');
  });

  it('are none without a grant, even on a machine that gives all to everybody', async () => {
    const created = await asked(says({ Runtimes: { nvidia: {} }, DefaultRuntime: 'nvidia' }));
    expect(created.HostConfig.DeviceRequests).toBeUndefined();
    expect(created.HostConfig.Devices).toBeUndefined();
    expect(variable(created, 'NVIDIA_VISIBLE_DEVICES')).toBe('void');
    expect(variable(created, 'CUDA_VISIBLE_DEVICES')).toBe('');
    expect(variable(created, 'HIP_VISIBLE_DEVICES')).toBe('');
  });

  it('and that the engine cannot give name the toolkit that is missing', async () => {
    const refused = asked(
      (question) =>
        question.path.endsWith('/start')
          ? {
              status: 500,
              body: { message: 'could not select device driver "nvidia" with capabilities: [[gpu]]' },
            }
          : undefined,
      {},
      gpus,
    );
    await expect(refused).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      nextStep: expect.stringContaining('NVIDIA Container Toolkit'),
    });
    // The container that could not be started does not stay.
    expect(
      recording.questions.some(({ method, path }) => method === 'DELETE' && path.startsWith('/containers/c')),
    ).toBe(true);
  });
});

describe('the user of a program', () => {
  const numbers = `${somebody.uid}:${somebody.gid}`;

  it('is the one who started it', async () => {
    expect(await asked(says({}))).toMatchObject({ User: numbers });
    expect(variable(recording.created, 'HOME')).toBe('/tmp');
  });

  it('is root to a rootless Docker, which is the user outside', async () => {
    expect(
      await asked(says({ SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'] })),
    ).toMatchObject({ User: '0:0' });
  });

  it('has the same number inside of a rootless Podman', async () => {
    const created = await asked(says({ SecurityOptions: ['name=rootless'] }, podman));
    expect(created.User).toBe(numbers);
    expect(created.HostConfig.UsernsMode).toBe('keep-id');
  });

  it('is not mapped to another where the daemon maps users', async () => {
    const created = await asked(says({ SecurityOptions: ['name=userns'] }));
    expect(created.HostConfig.UsernsMode).toBe('host');
  });
});

describe('what a container is asked to be', () => {
  it('is as small as training needs', async () => {
    const { HostConfig } = await asked(says({}));
    expect(HostConfig).toMatchObject({
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Init: true,
      RestartPolicy: { Name: 'no' },
    });
    expect(HostConfig.Privileged).toBeUndefined();
    const writable = (HostConfig.Mounts as { Target: string; ReadOnly: boolean }[]).filter(
      ({ ReadOnly }) => !ReadOnly,
    );
    expect(writable.map(({ Target }) => Target).sort()).toEqual([
      '/lathe/code',
      '/lathe/run/checkpoint',
      '/lathe/run/journal',
      '/lathe/run/outputs',
    ]);
  });

  it('has the limits of the recipe, where the engine can keep them', async () => {
    const resources = { memoryBytes: 2 ** 30, cpus: 1.5, shmBytes: 2 ** 28 };
    const limited = await asked(says({ NCPU: 8 }), { resources });
    expect(limited.HostConfig).toMatchObject({
      Memory: 2 ** 30,
      MemorySwap: 2 ** 30,
      NanoCpus: 1_500_000_000,
      ShmSize: 2 ** 28,
    });
    recording.close();
    const unable = await asked(says({ NCPU: 1, MemoryLimit: false, PidsLimit: false }), { resources });
    expect(unable.HostConfig.Memory).toBeUndefined();
    expect(unable.HostConfig.NanoCpus).toBeUndefined();
    expect(unable.HostConfig.PidsLimit).toBeUndefined();
  });

  it('keeps every byte of the output until it has been copied, whatever the daemon says', async () => {
    const log = { Type: 'local', Config: { 'max-size': '1000t', 'max-file': '1', compress: 'false' } };
    expect((await asked(says({ Plugins: { Log: ['json-file', 'local'] } }))).HostConfig.LogConfig).toEqual(
      log,
    );
    recording.close();
    expect((await asked(says({}, podman))).HostConfig.LogConfig).toEqual({ Type: 'k8s-file', Config: {} });
  });

  it('sees the modules of its image before those of the SDK', async () => {
    expect(variable(await asked(says({})), 'PYTHONPATH')).toBe('/opt/lib:/lathe/sdk');
    recording.close();
    const own = await asked(says({}), { variables: { PYTHONPATH: '/mine', LATHE_RUN_ID: 'forged' } });
    expect(variable(own, 'PYTHONPATH')).toBe('/mine:/lathe/sdk');
    expect(own.Env.filter((text) => text.includes('forged'))).toEqual([]);
  });

  it('is refused for an input whose name would leave its folder', async () => {
    const climbing = asked(says({}), { inputs: [{ name: '../code', path: '/' }] });
    await expect(climbing).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('does not take the place of a container of somebody else', async () => {
    const taken = asked(({ path }) =>
      /^\/containers\/lathe-.*json$/.test(path)
        ? { status: 200, body: { Id: 'x', Config: { Labels: {} }, State: { Status: 'exited' } } }
        : undefined,
    );
    await expect(taken).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(recording.questions.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });
});

describe('an engine that runs other systems than Linux', () => {
  it('is refused with words', async () => {
    await expect(asked(says({ OSType: 'windows' }))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
