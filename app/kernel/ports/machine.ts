import type { Resources } from '../../contract/system.contract.ts';

/** What this computer has and how busy it is. */
export interface Machine {
  /** Load now; `diskPath` picks the file system whose free bytes count. */
  load(diskPath: string): Promise<Omit<Resources, 'running' | 'queued'>>;
  /** Hardware and versions as words for people, to be captured with a run: stable keys such as `cpu`, `memory`, `gpu.0`, `os`, `node`, `onnxruntime`. */
  describe(): Promise<Readonly<Record<string, string>>>;
}
