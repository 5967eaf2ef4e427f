import { AppError } from '../../../app/kernel/app-error.ts';

/** What the tool says, and what helps; the first that fits counts. */
const cures: readonly (readonly [words: RegExp, nextStep: string])[] = [
  [
    /version mismatch/i,
    'Restart the machine: its NVIDIA driver was updated while the old one was running, and until then no new program can use a GPU.',
  ],
  [
    /couldn't communicate with the NVIDIA driver|driver (is )?not loaded|Driver Not Loaded/i,
    'Install the NVIDIA driver that fits this kernel, or load it with `sudo modprobe nvidia`; with Secure Boot its module must be signed.',
  ],
  [
    /GPU is lost|fallen off the bus|Unable to determine the device handle|No devices were found/i,
    'Restart the machine. If it happens again, look for "Xid" in `sudo dmesg`, and check the power supply, the cooling and the seat of the card.',
  ],
  [
    /requires (a )?reset/i,
    'End the programs that use the GPU and run `sudo nvidia-smi --gpu-reset`, or restart the machine.',
  ],
  [
    /insufficient permissions/i,
    'Give your user access to the device files /dev/nvidia* (often by membership in the group "video" or "render").',
  ],
  [
    /Failed to initialize NVML/i,
    'In a container, restart the container; elsewhere, restart the machine or install the NVIDIA driver again.',
  ],
];

const otherwise = 'Run `nvidia-smi` in a terminal; when it works there, Lathe sees the GPUs again by itself.';

/** @param words what the tool printed, most recent last; empty: nothing */
export function nvidiaFault(tool: string, words: string, exitCode: number | null): AppError {
  const said = words === '' ? (exitCode === null ? 'it was ended' : `it ended with code ${exitCode}`) : words;
  return new AppError('TARGET_FAILED', `nvidia-smi cannot read the GPUs: ${said}`, {
    nextStep: cures.find(([pattern]) => pattern.test(words))?.[1] ?? otherwise,
    details: { tool, exitCode },
  });
}

/** The tool runs and says nothing: its driver does not come back. */
export function nvidiaSilence(tool: string, silentMs: number): AppError {
  return new AppError(
    'TARGET_FAILED',
    `nvidia-smi has not answered for ${Math.round(silentMs / 1000)} seconds: the NVIDIA driver hangs or a GPU is lost.`,
    {
      nextStep:
        'Look for "Xid" in `sudo dmesg`. If nvidia-smi hangs in a terminal too, only a restart of the machine helps.',
      details: { tool, silentMs: Math.round(silentMs) },
    },
  );
}
