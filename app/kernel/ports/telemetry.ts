/** One GPU as its driver's tool tells of it; null: the tool did not say. */
export interface GpuReading {
  /** UUID, or the PCI address where there is none. */
  readonly id: string;
  readonly index: number;
  readonly vendor: 'nvidia' | 'amd';
  readonly name: string;
  readonly driver: string | null;
  readonly utilisationPercent: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryTotalBytes: number | null;
  readonly powerWatts: number | null;
  readonly temperatureCelsius: number | null;
  /** Memory that single processes hold on it. */
  readonly processes: readonly { readonly pid: number; readonly memoryBytes: number }[];
}

/** The whole machine at one moment; rates are over the time since the last reading, null at the first. */
export interface HostReading {
  readonly at: number;
  /** 0 to 100, of all cores together. */
  readonly cpuPercent: number | null;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  readonly diskReadBytesPerSecond: number | null;
  readonly diskWrittenBytesPerSecond: number | null;
  readonly networkReceivedBytesPerSecond: number | null;
  readonly networkSentBytesPerSecond: number | null;
  /** Of the processor packages, where the machine lets it be read. */
  readonly cpuPowerWatts: number | null;
  readonly gpus: readonly GpuReading[];
}

/** Readings of this machine, cheap enough for once a second. */
export interface Telemetry {
  host(): Promise<HostReading>;
  /** GPUs alone; the last reading is given again within a second. Rejects with TARGET_FAILED while a tool that used to answer fails. */
  gpus(): Promise<readonly GpuReading[]>;
  close(): void;
}
