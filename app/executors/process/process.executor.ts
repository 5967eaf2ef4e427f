import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import { type LaunchSpec, launchSpec } from '../../kernel/ports/launch.ts';
import { exitSentinel } from '../../kernel/ports/run-journal.ts';
import { collectOutputs } from '../collected-outputs.ts';
import type { Executor } from '../executor.ts';
import { programVariables } from '../program-variables.ts';
import { chooseInterpreter } from './choose-interpreter.ts';
import { endedForMemory, makeControlGroup, removeControlGroup } from './control-group.ts';
import { environmentFolder } from './environment-folder.ts';
import { inheritedVariables } from './inherited-variables.ts';
import type { Interpreter } from './interpreters.ts';
import {
  allProcesses,
  askToStop,
  endAll,
  groupFolders,
  knownProcesses,
  launcherIsThere,
  parseHandle,
} from './job-processes.ts';
import { limitsInWords, recordStart } from './start-facts.ts';
import { claimedJob, startLauncher } from './start-launcher.ts';
import { UsageMeter } from './usage-meter.ts';

export interface ProcessExecutorOptions {
  /** Folder that keeps the Python environments of runs. */
  readonly environments: string;
  /** Folder of the Python SDK, for PYTHONPATH. */
  readonly sdk: string;
  /** Folder with resources/launcher, as plain files. */
  readonly launcher: string;
  readonly log: Logger;
}

/**
 * Runs programs as processes of this machine. A launcher written for the plain shell (resources/launcher) makes the Python
 * environment, runs the program, keeps its time limit and writes `exit.json`, all of it without Lathe. Linux and macOS.
 */
export function createProcessExecutor(options: ProcessExecutorOptions): Executor {
  const meters = new Map<string, UsageMeter>();

  return {
    target: 'process',
    async prepare(_run, folder) {
      refuseWindows();
      // The environment itself is made by the launcher, where that goes on without Lathe. A missing interpreter shows here.
      await interpreterFor(await readLaunch(folder));
    },
    async submit(run, folder, grant) {
      refuseWindows();
      const spec = await readLaunch(folder);
      const interpreter = await interpreterFor(spec);
      const { resources } = spec;
      const group = await makeControlGroup(`lathe-${run}`, resources);
      try {
        for (const name of ['outputs', 'checkpoint', 'journal'])
          await fs.promises.mkdir(path.join(folder, name), { recursive: true });
        await fs.promises.rm(outOfMemoryNote(folder), { force: true });
        await recordStart(folder, interpreter, limitsInWords(resources, group));
        const variables = programVariables(
          spec,
          {
            run: folder,
            outputs: path.join(folder, 'outputs'),
            params: path.join(folder, 'params.json'),
            inputs: path.join(folder, 'inputs'),
            sdk: options.sdk,
          },
          grant,
        );
        const settings = {
          folder,
          timeLimitMs: resources.timeLimitMs,
          dataBytes: group?.keeps.memory ? null : resources.memoryBytes,
          groups: group?.folders ?? [],
          python: interpreter?.path ?? null,
          environment:
            interpreter && spec.environment.requirements
              ? await environmentFolder(options.environments, spec, interpreter)
              : null,
          systemPackages: spec.environment.systemPackages,
          command: spec.command,
        };
        const inherited = { ...inheritedVariables(process.env), ...variables };
        const handle = await startLauncher(
          run,
          options.launcher,
          settings,
          activated(interpreter, inherited),
        );
        options.log.info('a program was started', { run, pid: handle.pid });
        return handle;
      } catch (error) {
        await removeControlGroup(group?.folders ?? []);
        throw fromSystemError(error, folder);
      }
    },
    async find(run, folder) {
      return claimedJob(run, folder);
    },
    async observe(handle, folder) {
      const job = parseHandle(handle);
      if (launcherIsThere(job)) return 'running';
      if (fs.existsSync(path.join(folder, 'exit.json'))) return 'gone';
      // The launcher was killed; its program may go on without it.
      return (await allProcesses(job)).length > 0 ? 'running' : 'gone';
    },
    async cancel(handle, folder, force) {
      // Tells the launcher that the end was asked for; a full disk must not keep a run going.
      await fs.promises.writeFile(path.join(folder, 'cancel'), '').catch(() => undefined);
      await (force ? endAll : askToStop)(parseHandle(handle));
    },
    async collect(handle, folder) {
      const job = parseHandle(handle);
      meters.delete(job.run);
      await endAll(job);
      const outOfMemory = await rememberOutOfMemory(folder, await endedForMemory(groupFolders(job)));
      await removeControlGroup(groupFolders(job));
      const patterns = (await endedWell(folder)) ? (await readLaunch(folder)).outputs : [];
      await collectOutputs(folder, patterns);
      return { outOfMemory, endedBy: null, environment: {} };
    },
    async usage(handle) {
      const job = parseHandle(handle);
      const meter = meters.get(job.run) ?? new UsageMeter();
      meters.set(job.run, meter);
      return meter.read(await knownProcesses(job));
    },
  };
}

function refuseWindows(): void {
  if (process.platform !== 'win32') return;
  throw new AppError('UNSUPPORTED', 'Programs cannot be run as processes of Windows yet.', {
    nextStep: 'Run it in Docker, or in the Windows Subsystem for Linux.',
  });
}

async function readLaunch(folder: string): Promise<LaunchSpec> {
  return launchSpec.parse(JSON.parse(await fs.promises.readFile(path.join(folder, 'launch.json'), 'utf8')));
}

/** @returns null for a program that asks for no Python */
async function interpreterFor({ command, environment }: LaunchSpec): Promise<Interpreter | null> {
  const asksForOne = environment.python !== null || environment.requirements !== null;
  const isPython = command[0] === 'python' || command[0] === 'python3';
  return asksForOne || isPython ? chooseInterpreter(environment.python) : null;
}

/** What activating the interpreter's environment in a terminal sets. */
function activated(
  interpreter: Interpreter | null,
  variables: Record<string, string>,
): Record<string, string> {
  if (!interpreter || interpreter.kind === 'system') return variables;
  const { kind, prefix } = interpreter;
  return {
    ...variables,
    PATH: `${path.join(prefix, 'bin')}:${variables.PATH ?? ''}`,
    ...(kind === 'venv' && { VIRTUAL_ENV: prefix }),
    ...(kind === 'conda' && { CONDA_PREFIX: prefix }),
  };
}

/** The kernel's count is gone with the group; a core that dies before it wrote the evidence down asks again. */
async function rememberOutOfMemory(folder: string, outOfMemory: boolean): Promise<boolean> {
  if (outOfMemory) await fs.promises.writeFile(outOfMemoryNote(folder), '').catch(() => undefined);
  return outOfMemory || fs.existsSync(outOfMemoryNote(folder));
}

function outOfMemoryNote(folder: string): string {
  return path.join(folder, 'out-of-memory');
}

async function endedWell(folder: string): Promise<boolean> {
  const text = await fs.promises.readFile(path.join(folder, 'exit.json'), 'utf8').catch(() => null);
  return text !== null && exitSentinel.parse(JSON.parse(text)).state === 'finished';
}
