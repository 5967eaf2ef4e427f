import fs from 'node:fs';
import path from 'node:path';
import type Dockerode from 'dockerode';
import type { GrantedGpu } from '../executor.ts';
import type { EngineTraits } from './engine-traits.ts';

export interface GpuDevices {
  readonly hostConfig: Pick<Dockerode.HostConfig, 'DeviceRequests' | 'Devices' | 'GroupAdd'>;
  readonly amdRenumbered: boolean;
}

/**
 * Exactly the granted GPUs in the engine's words. NVIDIA: a device request by UUID for Docker (by CDI name where the engine has no
 * NVIDIA runtime but lists CDI devices), CDI names for Podman, whose Docker-compatible API passes them as devices. AMD: the
 * compute device and, of the render devices, the granted ones where this machine can say which these are.
 */
export function gpuDevices(gpus: readonly GrantedGpu[], traits: EngineTraits): GpuDevices {
  const nvidia = gpus.filter(({ vendor }) => vendor === 'nvidia').map(({ id }) => id);
  const amd = amdDevices(
    gpus.filter(({ vendor }) => vendor === 'amd'),
    traits,
  );
  const cdiNames = nvidia.map((id) => `nvidia.com/gpu=${id}`);
  const devices = [...amd.devices, ...(traits.product === 'podman' ? cdiNames : [])];
  const requests =
    traits.product === 'podman' || nvidia.length === 0 ? [] : [request(nvidia, cdiNames, traits)];
  return {
    hostConfig: {
      ...(requests.length > 0 && { DeviceRequests: requests }),
      ...(devices.length > 0 && { Devices: devices.map(device) }),
      ...(amd.groups.length > 0 && { GroupAdd: amd.groups }),
    },
    amdRenumbered: amd.renumbered,
  };
}

function request(ids: string[], cdiNames: string[], traits: EngineTraits): Dockerode.DeviceRequest {
  const listed = traits.cdiDevices.some((name) => name.startsWith('nvidia.com/gpu='));
  return listed && !traits.nvidiaRuntime
    ? { Driver: 'cdi', DeviceIDs: cdiNames }
    : { Driver: 'nvidia', DeviceIDs: ids, Capabilities: [['gpu']] };
}

function device(name: string): Dockerode.DeviceMapping {
  return { PathOnHost: name, PathInContainer: name, CgroupPermissions: 'rwm' };
}

function amdDevices(gpus: readonly GrantedGpu[], traits: EngineTraits) {
  if (gpus.length === 0) return { devices: [], groups: [], renumbered: false };
  const nodes = traits.sameKernel ? gpus.map(({ id }) => renderNode(id)) : [null];
  const exact = nodes.every((node) => node !== null);
  const devices = ['/dev/kfd', ...(exact ? nodes : ['/dev/dri'])];
  // By number where it can be known: an image need not have groups of these names.
  const groups = traits.sameKernel ? groupsOf(devices) : [];
  return { devices, groups: groups.length > 0 ? groups : ['video', 'render'], renumbered: exact };
}

/** @returns null where the id is not a PCI address or the machine has no such link */
function renderNode(id: string): string | null {
  if (!/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.test(id)) return null;
  try {
    return fs.realpathSync(path.join('/dev/dri/by-path', `pci-${id.toLowerCase()}-render`));
  } catch {
    return null;
  }
}

function groupsOf(files: readonly string[]): string[] {
  const groups = files.flatMap((file) => {
    const gid = fs.statSync(file, { throwIfNoEntry: false })?.gid;
    return gid ? [String(gid)] : [];
  });
  return [...new Set(groups)];
}
