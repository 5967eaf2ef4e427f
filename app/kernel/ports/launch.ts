import { z } from 'zod';
import { parameterValue } from '../../contract/wire.ts';

/**
 * What a program's run is to do: `<run folder>/launch.json`, written by domains/training before the run is queued and
 * read by the executors that start programs (process, docker, clusters). Everything is resolved: placeholders are filled in, data
 * is on disk, parameters are checked. Beside it lie `params.json` (the parameters as one JSON object), `code/` (a copy of the
 * code snapshot, writable, the program's working folder) and `inputs/<name>` (links to read-only folders of data).
 *
 * Whatever runs it gives the program these variables, with paths as the program sees them:
 * `LATHE_RUN_ID`, `LATHE_RUN_NAME`, `LATHE_PROJECT`, `LATHE_EXPERIMENT`,
 * `LATHE_RUN_DIR` (the folder with `journal/`, `outputs/`, `checkpoint/`), `LATHE_OUTPUTS`, `LATHE_PARAMS` (path of params.json),
 * `LATHE_PARAM_<KEY>` for each parameter (upper case, everything but letters and digits as `_`),
 * `LATHE_INPUTS` (folder with one entry for each input), `LATHE_DATA` (the input called `data`, else the first),
 * `LATHE_SPLIT` (folder of the split of that input, where one was chosen; docs/expectations-and-splits.md tells what is in it),
 * `LATHE_RESUME=1` when it continues from a checkpoint, `LATHE_PREFLIGHT=1` for a trial of a few steps, `PYTHONUNBUFFERED=1`,
 * `PYTHONPATH` with the SDK's folder appended, and `CUDA_DEVICE_ORDER=PCI_BUS_ID`. `CUDA_VISIBLE_DEVICES`, `HIP_VISIBLE_DEVICES` say which
 * GPUs it was granted; without any they are empty. `variables` go on top of these, but not over names that start with LATHE_.
 */
export const launchResources = z.object({
  /** Processor cores, may be a fraction; null: no limit. */
  cpus: z.number().positive().nullable(),
  memoryBytes: z.number().int().positive().nullable(),
  gpus: z.number().int().min(0),
  /** Whether other runs that say the same may use the same GPUs meanwhile. */
  shareGpus: z.boolean(),
  /** Size of /dev/shm in a container; null: the engine's default. */
  shmBytes: z.number().int().positive().nullable(),
  timeLimitMs: z.number().int().positive().nullable(),
});
export type LaunchResources = z.infer<typeof launchResources>;

export const launchEnvironment = z.object({
  /**
   * Interpreter for local processes: null for the machine's default, a version such as `3.11`, a path of an interpreter or of an
   * environment's folder, or `conda:NAME`.
   */
  python: z.string().nullable(),
  /** Lines of a requirements file. Not null: an environment of its own is made for exactly these, kept and used again. */
  requirements: z.array(z.string()).nullable(),
  /** Whether an environment made for `requirements` also sees the interpreter's own packages. */
  systemPackages: z.boolean(),
  /** Container image by name or digest. */
  image: z.string().nullable(),
  /** Path of a Dockerfile inside the code snapshot; the image is built from it with the snapshot as context. */
  dockerfile: z.string().nullable(),
  /** Absolute path of an image archive (`docker save`) to load when the engine lacks `image`. */
  imageArchive: z.string().nullable(),
  /** Whether a container may reach the network. */
  network: z.boolean(),
});
export type LaunchEnvironment = z.infer<typeof launchEnvironment>;

export const launchSpec = z.object({
  version: z.literal(1),
  runId: z.string(),
  runName: z.string(),
  project: z.string(),
  experiment: z.string(),
  /** The program and its arguments; a first word of `python` or `python3` stands for the environment's interpreter. */
  command: z.array(z.string()).min(1),
  params: z.record(z.string(), parameterValue),
  variables: z.record(z.string(), z.string()),
  /** Data by name, and its splits as `.split.<name>`; the path is a read-only folder on this machine. */
  inputs: z.array(z.object({ name: z.string(), path: z.string() })),
  environment: launchEnvironment,
  resources: launchResources,
  /** Patterns of files in the working folder to keep as artifacts when the program ends well; `outputs/` is always kept. */
  outputs: z.array(z.string()),
  resume: z.boolean(),
  preflight: z.boolean(),
});
export type LaunchSpec = z.infer<typeof launchSpec>;
