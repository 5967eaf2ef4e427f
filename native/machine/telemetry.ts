import type { AppError } from '../../app/kernel/app-error.ts';
import type { GpuReading, HostReading, Telemetry } from '../../app/kernel/ports/telemetry.ts';
import { readCudaVersion } from './gpu/cuda-version.ts';
import { findTool } from './gpu/find-tool.ts';
import type { GpuSource } from './gpu/gpu-source.ts';
import { createNvidiaSource } from './gpu/nvidia-source.ts';
import { createRocmSource } from './gpu/rocm-source.ts';
import type { HostSource } from './host/host-source.ts';
import { createLinuxHost } from './host/linux-host.ts';
import { createPortableHost } from './host/portable-host.ts';

/** Several readers that each come once a second share their readings; a little less, because timers are late. */
const SHARED_MS = 900;
/** The machine's reading does not wait longer than this for GPUs that are slow to answer. */
const GPU_WAIT_MS = 1000;
/** A tool that is not there is looked for again after this. */
const LOOK_AGAIN_MS = 60_000;

const nvidiaFolders =
  process.platform === 'win32'
    ? ['C:\\Windows\\System32', 'C:\\Program Files\\NVIDIA Corporation\\NVSMI']
    : ['/usr/bin', '/usr/lib/wsl/lib'];
const rocmFolders = process.platform === 'win32' ? [] : ['/usr/bin', '/opt/rocm/bin'];

export interface TelemetryOptions {
  /** Paths of the vendors' tools, instead of looking for them. */
  readonly tools?: { readonly nvidiaSmi?: string; readonly rocmSmi?: string };
}

/** Telemetry and what only the vendor's tool of this machine knows beside readings. */
export interface MachineTelemetry extends Telemetry {
  /** The newest CUDA that the NVIDIA driver can run; null where there is none. */
  cudaVersion(): Promise<string | null>;
}

/** Readings of this machine from its operating system and its GPUs' tools. Nothing runs while nobody asks. */
export function createTelemetry(options: TelemetryOptions = {}): MachineTelemetry {
  const nvidiaSmi = toolFinder('nvidia-smi', options.tools?.nvidiaSmi, nvidiaFolders);
  const rocmSmi = toolFinder('rocm-smi', options.tools?.rocmSmi, rocmFolders);
  const sources: readonly GpuSource[] = [createNvidiaSource(nvidiaSmi), createRocmSource(rocmSmi)];
  const hostSource: HostSource = process.platform === 'linux' ? createLinuxHost() : createPortableHost();
  let latest: { readonly reading: HostReading; readonly atMs: number } | null = null;
  let reading: Promise<HostReading> | null = null;
  let cuda: Promise<string | null> | null = null;

  async function readGpus(): Promise<{ gpus: GpuReading[]; fault: AppError | null }> {
    const answers = await Promise.allSettled(sources.map((source) => source.read()));
    const gpus = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.flatMap((answer, index) =>
      answer.status === 'rejected' ? [{ reason: answer.reason, known: sources[index]!.hasAnswered() }] : [],
    );
    // A tool that was installed without its hardware must not hide the GPUs of another vendor.
    const worst = failed.find(({ known }) => known) ?? (gpus.length === 0 ? failed[0] : undefined);
    return { gpus, fault: worst?.reason ?? null };
  }

  async function readHost(): Promise<HostReading> {
    const patience = stopwatch(GPU_WAIT_MS);
    const [load, gpus] = await Promise.all([
      hostSource.read(),
      Promise.race([readGpus().then((answer) => answer.gpus), patience.over.then(() => [])]),
    ]);
    patience.stop();
    const result = { at: Date.now(), ...load, gpus };
    latest = { reading: result, atMs: performance.now() };
    return result;
  }

  return {
    async host() {
      if (latest && performance.now() - latest.atMs < SHARED_MS) return latest.reading;
      reading ??= readHost().finally(() => {
        reading = null;
      });
      return reading;
    },
    async gpus() {
      const { gpus, fault } = await readGpus();
      if (fault) throw fault;
      return gpus;
    },
    async cudaVersion() {
      const tool = nvidiaSmi();
      if (tool === null) return null;
      cuda ??= readCudaVersion(tool);
      const version = await cuda;
      // A driver that fails now may work later.
      if (version === null) cuda = null;
      return version;
    },
    close() {
      for (const source of sources) source.close();
    },
  };
}

/** The tool's path, found once; while it is not there, looked for now and then. */
function toolFinder(
  name: string,
  given: string | undefined,
  folders: readonly string[],
): () => string | null {
  let found = given ?? null;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (found === null && performance.now() - lookedAtMs > LOOK_AGAIN_MS) {
      lookedAtMs = performance.now();
      found = findTool(name, folders);
    }
    return found;
  };
}

function stopwatch(ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { over, stop: () => clearTimeout(timer) };
}
