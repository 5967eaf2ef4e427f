import type { DoctorCheck } from '../../contract/system.contract.ts';
import type { EngineAddress, Interpreter, Leftover, Target } from '../../contract/targets.contract.ts';
import type { Executor } from '../../executors/executor.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { nearest } from '../../kernel/nearest.ts';
import { newId } from '../../kernel/new-id.ts';
import { createTargetRepository } from './targets.repository.ts';

/** A driver with what the screens ask of it beside running jobs. */
export interface TargetDriver {
  readonly executor: Executor;
  /** Whether its runs use the processors, memory and GPUs of this machine. */
  readonly local: boolean;
  check(): Promise<DoctorCheck[]>;
  leftovers(): Promise<Leftover[]>;
  /** @returns the ids that are gone and the bytes that were freed */
  removeLeftovers(ids: readonly string[]): Promise<{ removed: string[]; freedBytes: number }>;
  /** Stop watching; jobs go on. */
  close?(): Promise<void>;
}

export interface Targets {
  list(): Target[];
  add(name: string, engine: EngineAddress): Target;
  remove(name: string): Target;
  /** @throws AppError NOT_FOUND */
  driver(name: string): TargetDriver;
  interpreters(folder: string | undefined): Promise<Interpreter[]>;
  close(): Promise<void>;
}

const NOWHERE: EngineAddress = { host: null, tls: null, shared: null };

export function createTargets(
  core: Pick<Core, 'database' | 'clock' | 'events'>,
  parts: {
    readonly native: () => TargetDriver;
    readonly process: () => TargetDriver;
    readonly docker: (engine: EngineAddress) => TargetDriver;
    readonly interpreters: (folder: string | undefined) => Promise<Interpreter[]>;
    /** Runs that are queued or running, by target. */
    readonly active: () => Readonly<Record<string, number>>;
  },
): Targets {
  const repository = createTargetRepository(core.database);
  const drivers = new Map<string, TargetDriver>();

  function list(): Target[] {
    const active = parts.active();
    const of = (target: Omit<Target, 'active'>): Target => ({ ...target, active: active[target.name] ?? 0 });
    const builtin = (kind: Target['kind'], summary: string, engine: EngineAddress | null = null) =>
      of({ name: kind, kind, builtin: true, summary, engine, createdAt: null });
    return [
      builtin('native', 'Lathe’s own engine on this machine'),
      builtin('process', 'Programs on this machine, in an environment of their own where one is asked for'),
      builtin(
        'docker',
        'Containers on the engine that DOCKER_HOST, the Docker context or a usual socket names',
        NOWHERE,
      ),
      ...repository.all().map(({ name, address, createdAt }) =>
        of({
          name,
          kind: 'docker',
          builtin: false,
          summary: `Containers on ${address.host ?? 'the engine that is found'}`,
          engine: address,
          createdAt,
        }),
      ),
    ];
  }

  function find(name: string): Target {
    const targets = list();
    const found = targets.find((target) => target.name === name);
    if (found) return found;
    const names = targets.map((target) => target.name);
    const near = nearest(name, names);
    throw new AppError('NOT_FOUND', `There is no target "${name}".`, {
      nextStep: `${near ? `Did you mean ${near}? ` : ''}Targets: ${names.join(', ')}.`,
      details: { target: name },
    });
  }

  return {
    list,
    add(name, engine) {
      if (list().some((target) => target.name === name)) {
        throw new AppError('ALREADY_EXISTS', `There is a target "${name}" already.`, {
          details: { target: name },
        });
      }
      core.database.transaction(() => {
        repository.insert({
          id: newId(core.clock.now()),
          name,
          address: engine,
          createdAt: core.clock.now(),
        });
        core.events.append('target.added', { kind: 'target', id: name }, { name, host: engine.host });
      });
      return find(name);
    },
    remove(name) {
      const target = find(name);
      if (target.builtin) {
        throw new AppError('IN_USE', `The target ${name} belongs to Lathe and stays.`, {
          nextStep: 'Only engines that were added can be removed.',
          details: { target: name },
        });
      }
      if (target.active > 0) {
        throw new AppError('IN_USE', `${target.active} runs are queued or running on ${name}.`, {
          nextStep: 'Wait for them to end, or cancel them.',
          details: { target: name, active: target.active },
        });
      }
      core.database.transaction(() => {
        repository.delete(name);
        core.events.append('target.removed', { kind: 'target', id: name }, { name });
      });
      const driver = drivers.get(name);
      drivers.delete(name);
      void driver?.close?.();
      return target;
    },
    driver(name) {
      const known = drivers.get(name);
      if (known) return known;
      const { kind, engine } = find(name);
      const made = kind === 'docker' ? parts.docker(engine ?? NOWHERE) : parts[kind]();
      drivers.set(name, made);
      return made;
    },
    interpreters: parts.interpreters,
    async close() {
      await Promise.all([...drivers.values()].map((driver) => driver.close?.()));
    },
  };
}
