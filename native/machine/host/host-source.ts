import type { HostReading } from '../../../app/kernel/ports/telemetry.ts';

/** The machine without its GPUs. */
export type HostLoad = Omit<HostReading, 'at' | 'gpus'>;

/** One way to ask an operating system; rates are over the time since the last `read`, null at the first. */
export interface HostSource {
  read(): Promise<HostLoad>;
}
