import type Dockerode from 'dockerode';
import { z } from 'zod';

/** What has to be known about an engine before a container can be described to it. */
export interface EngineTraits {
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly apiVersion: string;
  readonly system: string;
  readonly rootless: boolean;
  /** Its containers' users are other users of the machine unless they are asked to be the same. */
  readonly remapsUsers: boolean;
  readonly selinux: boolean;
  readonly limitsMemory: boolean;
  readonly limitsCpu: boolean;
  readonly limitsProcesses: boolean;
  readonly cores: number;
  /** `local` keeps every byte; `json-file` replaces bytes that are not UTF-8. */
  readonly logDriver: 'local' | 'json-file' | 'k8s-file';
  readonly nvidiaRuntime: boolean;
  /** GPUs by the names of the Container Device Interface, where the engine lists them. */
  readonly cdiDevices: readonly string[];
  readonly dataRoot: string | null;
  /** Whether the engine sees this machine's files. */
  readonly shared: boolean;
  /** Whether its processes are processes of this machine. */
  readonly sameKernel: boolean;
}

const versionForm = z.looseObject({
  Version: z.string().default('?'),
  ApiVersion: z.string().default('1.24'),
  Components: z.array(z.looseObject({ Name: z.string() })).nullish(),
});

const infoForm = z.looseObject({
  OSType: z.string().default('linux'),
  OperatingSystem: z.string().default(''),
  NCPU: z.number().default(0),
  MemoryLimit: z.boolean().default(true),
  CpuCfsQuota: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  SecurityOptions: z.array(z.string()).nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  Plugins: z.looseObject({ Log: z.array(z.string()).nullish() }).nullish(),
  DiscoveredDevices: z.array(z.looseObject({ ID: z.string().optional() })).nullish(),
  DockerRootDir: z.string().nullish(),
});

/** @param shared what the target says; null: to be told by the address */
export async function readTraits(
  docker: Dockerode,
  host: string,
  shared: boolean | null,
): Promise<EngineTraits> {
  const [version, info] = [versionForm.parse(await docker.version()), infoForm.parse(await docker.info())];
  const podman = (version.Components ?? []).some(({ Name }) => /podman/i.test(Name));
  const security = (info.SecurityOptions ?? []).join(' ');
  const local = /^(unix|npipe):/.test(host);
  return {
    product: podman ? 'podman' : 'docker',
    version: version.Version,
    apiVersion: version.ApiVersion,
    system: info.OSType,
    rootless: /name=rootless/.test(security),
    remapsUsers: /name=userns/.test(security),
    selinux: /name=selinux/.test(security),
    limitsMemory: info.MemoryLimit,
    limitsCpu: info.CpuCfsQuota,
    limitsProcesses: info.PidsLimit,
    cores: info.NCPU,
    logDriver: podman ? 'k8s-file' : info.Plugins?.Log?.includes('local') ? 'local' : 'json-file',
    nvidiaRuntime: Object.keys(info.Runtimes ?? {}).some((name) => /nvidia/.test(name)),
    cdiDevices: (info.DiscoveredDevices ?? []).flatMap(({ ID }) => (ID ? [ID] : [])),
    dataRoot: info.DockerRootDir ?? null,
    shared: shared ?? local,
    // Docker Desktop runs the engine in a virtual machine, on Linux too.
    sameKernel: local && process.platform === 'linux' && !/Docker Desktop/.test(info.OperatingSystem),
  };
}
