import { implement } from '@orpc/server';
import { eventsContract } from '../../contract/events.contract.ts';
import { jobsContract } from '../../contract/jobs.contract.ts';
import {
  type DoctorCheck,
  type Resources,
  type SystemInfo,
  systemContract,
} from '../../contract/system.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { Desktop } from '../../kernel/ports/desktop.ts';
import type { Machine } from '../../kernel/ports/machine.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import { examine } from './doctor.ts';
import type { SettingsStore } from './settings.ts';

export function systemRouter(parts: {
  readonly info: () => SystemInfo;
  readonly machine: Machine;
  readonly telemetry: Telemetry;
  readonly workspace: string;
  readonly settings: SettingsStore;
  /** What the targets beside the native engine need of this machine: interpreters, container engines. */
  readonly checkTargets: () => Promise<DoctorCheck[]>;
  readonly watchResources: (signal: AbortSignal | undefined) => AsyncGenerator<Resources, void, void>;
  readonly desktop: Desktop | null;
}) {
  const os = implement(systemContract);
  return os.router({
    info: os.info.handler(() => parts.info()),
    doctor: os.doctor.handler(async () => [...(await examine(parts)), ...(await parts.checkTargets())]),
    watchResources: os.watchResources.handler(({ signal }) => parts.watchResources(signal)),
    getSettings: os.getSettings.handler(() => parts.settings.get()),
    setSettings: os.setSettings.handler(({ input }) => parts.settings.set(input)),
    chooseFiles: os.chooseFiles.handler(async ({ input }) => ({
      supported: parts.desktop !== null,
      paths: parts.desktop ? [...(await parts.desktop.chooseFiles(input))] : [],
    })),
  });
}

export function eventsRouter({ events }: Pick<Core, 'events'>) {
  const os = implement(eventsContract);
  return os.router({
    list: os.list.handler(({ input }) => events.list(input)),
    watch: os.watch.handler(({ input, signal }) => events.watch(input.after, signal)),
    verify: os.verify.handler(() => events.verify()),
  });
}

export function jobsRouter({ jobs }: Pick<Core, 'jobs'>) {
  const os = implement(jobsContract);
  return os.router({
    list: os.list.handler(({ input }) => jobs.list(input)),
    get: os.get.handler(({ input }) => jobs.get(input.id)),
    cancel: os.cancel.handler(({ input }) => jobs.cancel(input.id)),
    watch: os.watch.handler(({ input, signal }) => jobs.watch(input.id, signal)),
  });
}
