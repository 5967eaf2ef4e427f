import fs from 'node:fs';
import os from 'node:os';
import type { Recipe } from '../../contract/recipe.ts';
import type { Run } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { TargetDriver } from '../targets/index.ts';
import { dataPreflight } from './data-preflight.ts';
import { programParameters } from './program-parameters.ts';
import type { TrainingParts, TrainWish } from './training.service.ts';
import type { Subject } from './what-to-train.ts';

/** Left free on the disk after the data is laid out, for outputs and logs. */
const SPARE_BYTES = 2e9;

type Parts = Pick<
  TrainingParts,
  'targets' | 'telemetry' | 'workspace' | 'datasets' | 'projects' | 'expectations' | 'splits'
>;

/**
 * Refuse what can never start here, before anything is stored.
 *
 * @throws AppError NOT_FOUND for a target that is not there; INVALID_INPUT for a container without an image, and for more GPUs or memory than this
 * machine has; DISK_FULL where the data does not fit
 */
export async function refuseImpossible(
  parts: Parts,
  recipe: Recipe,
  target: string,
  inputs: Run['inputs'],
): Promise<void> {
  const driver = parts.targets.driver(target);
  if (driver.executor.target === 'docker' && !recipe.environment.image && !recipe.environment.dockerfile) {
    throw new AppError(
      'INVALID_INPUT',
      `To run on ${target} the recipe has to name an image or a Dockerfile.`,
      {
        nextStep: 'Add environment.image or environment.dockerfile to the recipe, or pass --image NAME.',
        details: { target },
      },
    );
  }
  if (driver.executor.target === 'native') {
    throw new AppError('UNSUPPORTED', 'A program does not run inside the native engine.', {
      nextStep: 'Choose the target process or docker.',
      details: { target },
    });
  }
  const disk = diskCheck(parts, inputs);
  if (disk.state === 'missing')
    throw new AppError('DISK_FULL', `The data does not fit: ${disk.value}.`, { nextStep: disk.nextStep! });
  if (!driver.local) return;
  const faults = [await gpuCheck(parts, recipe), memoryCheck(recipe)].filter(
    ({ state }) => state === 'missing',
  );
  const [fault] = faults;
  if (fault) throw new AppError('INVALID_INPUT', fault.value, { nextStep: fault.nextStep! });
}

/** Whether a request could start, without starting anything: every check, and the cure of each that fails. */
export async function checkRequest(
  parts: Parts,
  what: Subject,
  request: TrainWish,
  resolved: { readonly recipe: Recipe | null; readonly target: string; readonly inputs: () => Run['inputs'] },
): Promise<{ ready: boolean; checks: DoctorCheck[] }> {
  const { recipe, target } = resolved;
  const driver = parts.targets.driver(target);
  const checks: DoctorCheck[] = [];
  const attempt = async (id: string, title: string, work: () => unknown, value?: string) => {
    try {
      await work();
      if (value !== undefined) checks.push({ id, title, state: 'ok', value, nextStep: null });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      checks.push({ id, title, state: 'missing', value: error.message, nextStep: error.nextStep });
    }
  };
  let inputs: Run['inputs'] = [];
  if (recipe) {
    await attempt(
      'recipe',
      'Recipe',
      () => programParameters(recipe, request.params ?? {}),
      'its parameters fit',
    );
    await attempt(
      'data',
      'Data',
      () => {
        inputs = resolved.inputs();
      },
      'what it names is there',
    );
    checks.push(diskCheck(parts, inputs));
    if (driver.local) checks.push(await gpuCheck(parts, recipe), memoryCheck(recipe));
    if (driver.executor.target === 'docker' && !recipe.environment.image && !recipe.environment.dockerfile) {
      checks.push({
        id: 'image',
        title: 'Image',
        state: 'missing',
        value: 'The recipe names neither an image nor a Dockerfile.',
        nextStep: 'Add environment.image or environment.dockerfile to the recipe.',
      });
    }
  } else if (what.kind === 'native') {
    await attempt('data', 'Data', () => {
      inputs = resolved.inputs();
    });
    checks.push(diskCheck(parts, []));
  }
  checks.push(...(await dataPreflight(parts, inputs, request.overrideChecks === true)));
  // Its checks say what was found; only a target that cannot be asked has a line of its own.
  await attempt('target', `Target ${target}`, async () => {
    checks.push(...(await targetChecks(driver, recipe)));
  });
  return { ready: checks.every(({ state }) => state !== 'missing'), checks };
}

/** What the target lacks, but for GPUs in containers where the run asks for none. */
async function targetChecks(driver: TargetDriver, recipe: Recipe | null): Promise<DoctorCheck[]> {
  const checks = await driver.check();
  return checks.filter(({ id }) => id !== 'docker-gpus' || (recipe?.resources.gpus ?? 0) > 0);
}

async function gpuCheck({ telemetry }: Pick<Parts, 'telemetry'>, recipe: Recipe): Promise<DoctorCheck> {
  const wanted = recipe.resources.gpus;
  const check = { id: 'gpus', title: 'GPUs' };
  if (wanted === 0) return { ...check, state: 'ok', value: 'none asked for', nextStep: null };
  try {
    const there = await telemetry.gpus();
    const names = there.map(({ name }) => name).join(', ');
    if (there.length >= wanted)
      return { ...check, state: 'ok', value: `${wanted} asked for; there: ${names}`, nextStep: null };
    return {
      ...check,
      state: 'missing',
      value: `The run asks for ${wanted} GPUs; this machine has ${there.length === 0 ? 'none' : `${there.length} (${names})`}.`,
      nextStep: 'Ask for fewer (resources.gpus in the recipe, or --gpus), or choose another target.',
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...check, state: 'missing', value: error.message, nextStep: error.nextStep };
  }
}

function memoryCheck({ resources }: Recipe): DoctorCheck {
  const total = os.totalmem();
  const wanted = resources.memory;
  const check = { id: 'memory', title: 'Memory' };
  if (wanted !== undefined && wanted > total) {
    return {
      ...check,
      state: 'missing',
      value: `The run asks for ${gib(wanted)} of memory; this machine has ${gib(total)}.`,
      nextStep: 'Ask for less (resources.memory in the recipe, or --memory), or choose another target.',
    };
  }
  return {
    ...check,
    state: 'ok',
    value: wanted === undefined ? `no limit; ${gib(total)} are there` : `${gib(wanted)} of ${gib(total)}`,
    nextStep: null,
  };
}

/** Data is laid out once for each version, as copies where the file system cannot share blocks. */
function diskCheck(parts: Parts, inputs: Run['inputs']): DoctorCheck {
  const { bavail, bsize } = fs.statfsSync(parts.workspace);
  const freeBytes = bavail * bsize;
  const needed = inputs
    .map((input) => parts.datasets.versionById(input.datasetVersionId))
    .filter((version) => !fs.existsSync(parts.datasets.checkoutPath(version)))
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const check = { id: 'disk', title: 'Disk', value: `${gib(freeBytes)} free, ${gib(needed)} for the data` };
  if (freeBytes < needed) {
    return {
      ...check,
      state: 'missing',
      nextStep:
        'Free some space on the disk that holds the workspace: `lathe target leftovers process` shows what can go.',
    };
  }
  const tight = freeBytes - needed < SPARE_BYTES;
  return {
    ...check,
    state: tight ? 'warning' : 'ok',
    nextStep: tight ? 'Little is left for outputs and logs; free some space before a long run.' : null,
  };
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
