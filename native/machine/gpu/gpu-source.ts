import type { GpuReading } from '../../../app/kernel/ports/telemetry.ts';

/** One vendor's tool. */
export interface GpuSource {
  /**
   * The GPUs that answer now; empty where the machine has none of this vendor's, or not its tool.
   *
   * @throws AppError TARGET_FAILED with the tool's own words while it is there and fails
   */
  read(): Promise<readonly GpuReading[]>;
  /** Whether it has ever named a GPU: then its failing is news. */
  hasAnswered(): boolean;
  close(): void;
}
