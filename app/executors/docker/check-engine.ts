import fs from 'node:fs';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Engine } from './engine.ts';
import type { EngineTraits } from './engine-traits.ts';

export type EngineCheck = DoctorCheck;

const GB = 1e9;
/** An image for training on GPUs needs about ten gigabytes, and twice that while it is unpacked. */
const LITTLE_DISK_BYTES = 20 * GB;

/** What can be said about an engine to somebody who wonders why containers do not work; never rejects. */
export async function checkEngine(engine: Engine): Promise<readonly EngineCheck[]> {
  try {
    const { traits, host } = await engine.ask(async ({ traits, host }) => ({ traits, host }));
    return [reachable(traits, host), ...encryption(host), gpus(traits), ...(await disk(traits))];
  } catch (error) {
    const known = error instanceof AppError ? error : null;
    return [
      {
        id: 'docker',
        title: 'Container engine',
        state: 'missing',
        value: error instanceof Error ? error.message : String(error),
        nextStep: known?.nextStep ?? 'Install Docker or Podman and start it.',
      },
    ];
  }
}

function reachable(traits: EngineTraits, host: string): EngineCheck {
  const name = traits.product === 'podman' ? 'Podman' : 'Docker';
  const kind = `${traits.rootless ? ', rootless' : ''}${traits.shared ? '' : ', files are copied'}`;
  const base = {
    id: 'docker',
    title: 'Container engine',
    value: `${name} ${traits.version} at ${host}${kind}`,
  };
  if (traits.system !== 'linux')
    return { ...base, state: 'warning', nextStep: 'Switch the engine to Linux containers.' };
  if (!traits.limitsMemory)
    return {
      ...base,
      state: 'warning',
      nextStep:
        'This engine cannot limit memory: delegate the memory controller to your user (systemd: Delegate=memory pids cpu), or use a rootful engine.',
    };
  return { ...base, state: 'ok', nextStep: null };
}

function encryption(host: string): EngineCheck[] {
  const open = /^(tcp|http):\/\//.test(host) && !/^\w+:\/\/(localhost|127\.|\[::1\])/.test(host);
  if (!open) return [];
  return [
    {
      id: 'docker-encryption',
      title: 'Connection to the engine',
      state: 'warning',
      value: `${host} may be used without a certificate by anybody who reaches it`,
      nextStep: 'Protect the engine with TLS and name the certificate in the target, or use ssh://.',
    },
  ];
}

function gpus(traits: EngineTraits): EngineCheck {
  const base = { id: 'docker-gpus', title: 'GPUs in containers' };
  const listed = traits.cdiDevices.filter((name) => /gpu/.test(name)).length;
  if (traits.nvidiaRuntime)
    return { ...base, state: 'ok', value: 'NVIDIA Container Toolkit', nextStep: null };
  if (listed > 0) return { ...base, state: 'ok', value: `${listed} CDI devices`, nextStep: null };
  return {
    ...base,
    state: 'missing',
    value: 'the engine names neither the NVIDIA runtime nor CDI devices',
    nextStep:
      'For NVIDIA GPUs install the NVIDIA Container Toolkit and configure the engine with nvidia-ctk; AMD GPUs need none.',
  };
}

async function disk(traits: EngineTraits): Promise<EngineCheck[]> {
  if (!traits.sameKernel || traits.dataRoot === null) return [];
  const space = await fs.promises.statfs(traits.dataRoot).catch(() => null);
  if (!space) return [];
  const freeBytes = space.bavail * space.bsize;
  const enough = freeBytes >= LITTLE_DISK_BYTES;
  return [
    {
      id: 'docker-disk',
      title: 'Disk of the engine',
      state: enough ? 'ok' : 'warning',
      value: `${(freeBytes / GB).toFixed(0)} GB free in ${traits.dataRoot}`,
      nextStep: enough
        ? null
        : 'Free space there, for example with "docker system prune" or in Lathe with "lathe disk".',
    },
  ];
}
