import { runTool } from './run-tool.ts';

const ANSWER_MS = 15_000;

/**
 * The newest CUDA that the installed NVIDIA driver can run, for example `12.4`. No field of `--query-gpu` tells it; the head
 * of the long form does.
 */
export async function readCudaVersion(tool: string): Promise<string | null> {
  const { stdout } = await runTool(tool, ['-q', '-d', 'MEMORY'], ANSWER_MS);
  return parseCudaVersion(stdout);
}

/** @param text what `nvidia-smi -q` prints; newer drivers say which of their two CUDA versions they mean */
export function parseCudaVersion(text: string): string | null {
  return /^CUDA (?:UMD |Driver )?Version\s*:\s*(\d+\.\d+)/m.exec(text)?.[1] ?? null;
}
