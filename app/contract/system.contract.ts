import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';
import { epochMs } from './wire.ts';

export const systemInfo = z.object({
  version: z.string(),
  workspace: z.string(),
  workspaceId: z.string(),
  host: z.enum(['electron', 'node']),
  schemaVersion: z.number().int(),
  startedAt: epochMs,
  platform: z.string(),
  nodeVersion: z.string(),
  /** Addresses this process listens on; null where it does not. */
  applicationUrl: z.string().nullable(),
  inferenceUrl: z.string().nullable(),
});
export type SystemInfo = z.infer<typeof systemInfo>;

export const doctorCheck = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'missing']),
  value: z.string(),
  /** What to do about it; null where nothing is wrong. */
  nextStep: z.string().nullable(),
});
export type DoctorCheck = z.infer<typeof doctorCheck>;

export const resources = z.object({
  at: epochMs,
  /** 0 to 100, of all cores together; null at the first look, when there is nothing to compare with. */
  cpuPercent: z.number().nullable(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskFreeBytes: z.number(),
  gpus: z.array(
    z.object({
      /** The vendor's stable name for it: a UUID, or a PCI address where there is none. */
      id: z.string(),
      index: z.number().int(),
      name: z.string(),
      utilisationPercent: z.number().nullable(),
      memoryUsedBytes: z.number().nullable(),
      memoryTotalBytes: z.number().nullable(),
      powerWatts: z.number().nullable(),
      temperatureCelsius: z.number().nullable(),
    }),
  ),
  running: z.number().int(),
  queued: z.number().int(),
});
export type Resources = z.infer<typeof resources>;

export const settings = z.object({
  /** How many native runs train at the same time; more wait in the queue. */
  trainingSlots: z.number().int().min(1).max(64),
  /** Port of the inference server; takes effect when the first endpoint starts. */
  inferencePort: z.number().int().min(0).max(65_535),
  /** What a kilowatt-hour costs, for the cost of runs; null: no costs are shown. */
  electricityPricePerKwh: z.number().min(0).max(1_000_000).nullable(),
  /** Of that price: three letters as in ISO 4217, for example `EUR`. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters, for example EUR'),
  /** Who makes versions of data where the caller does not say; empty: the user that this Lathe runs as. */
  author: z.string().trim().max(200),
});
export type Settings = z.infer<typeof settings>;

export const systemContract = {
  info: procedure
    .route({ method: 'GET', path: '/info', summary: 'This Lathe and its workspace' })
    .output(systemInfo),
  doctor: procedure
    .route({ method: 'GET', path: '/doctor', summary: 'What this machine has and what is missing' })
    .output(z.array(doctorCheck)),
  watchResources: procedure
    .route({ method: 'GET', path: '/resources/watch', summary: 'Load of this machine, every second' })
    .output(eventIterator(resources)),
  getSettings: procedure
    .route({ method: 'GET', path: '/settings', summary: 'Settings of the workspace' })
    .output(settings),
  setSettings: procedure
    .route({ method: 'PATCH', path: '/settings', summary: 'Change settings' })
    .input(settings.partial())
    .output(settings),
  /** Show a file dialog of the desktop; null where the host has none or the user closed it. */
  chooseFiles: procedure
    .route({
      method: 'POST',
      path: '/dialogs/choose-files',
      summary: 'Let the user choose files (desktop only)',
    })
    .input(z.object({ title: z.string().max(200), folders: z.boolean().default(false) }))
    .output(z.object({ supported: z.boolean(), paths: z.array(z.string()) })),
};
