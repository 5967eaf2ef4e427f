import type { Rule } from './clues.ts';

const GPU_MEMORY =
  /\btorch(?:\.cuda)?\.OutOfMemoryError|\b(?:CUDA|HIP|MPS backend|XPU) out of memory|(?:CUDA|HIP) error: out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|hipErrorOutOfMemory|(?:CUBLAS|CUDNN|CUSOLVER|HIPBLAS|ROCBLAS|MIOPEN)_STATUS_ALLOC_FAILED|cupy\.cuda\.memory\.OutOfMemoryError|CUDA failure 2: out of memory/;
/** Words of XLA and TensorFlow, which use them of any device. */
const ANY_DEVICE_MEMORY =
  /RESOURCE_EXHAUSTED: (?:Out of memory|Failed to allocate)|ResourceExhaustedError|OOM when allocating tensor/;
const ON_CPU = /device:CPU:\d+|by allocator cpu/i;
const OTHERS_THERE = /Process \d+ has [\d.]+ [KMG]iB memory in use/;

const GPU_GONE =
  /GPU is lost|fallen off the bus|\bXid\b.{0,40}\b79\b|CUDA error: unspecified launch failure|CUDA_ERROR_LAUNCH_FAILED|cudaErrorLaunchFailure|uncorrectable ECC error|CUDA_ERROR_ECC_UNCORRECTABLE|Unable to determine the device handle|Driver\/library version mismatch|CUDA-capable device\(s\) is\/are busy or unavailable|CUDA error: unknown error|hipErrorUnknown|amdgpu.{0,60}GPU reset/i;
/** Said of a machine without a GPU, and of a program that was given none. */
const NO_GPU =
  /no CUDA-capable device is detected|CUDA_ERROR_NO_DEVICE|No CUDA GPUs are available|Found no NVIDIA driver|Torch not compiled with CUDA enabled|hipErrorNoDevice|No HIP GPUs are available|Attempting to deserialize object on a CUDA device but torch\.cuda\.is_available\(\) is False/;
const NOT_BUILT = /not compiled with CUDA enabled/;

export const gpuOutOfMemory: Rule = ({ text, hadGpus }) => {
  const generic = ANY_DEVICE_MEMORY.test(text);
  if (!generic && !GPU_MEMORY.test(text)) return null;
  if (generic && (!hadGpus || ON_CPU.test(text))) {
    return {
      code: 'OUT_OF_MEMORY',
      what: 'ran out of memory on the processor',
      nextStep: 'Use smaller batches or a smaller model, or give the run a GPU or more memory.',
    };
  }
  const asked =
    /[Tt]ried to allocate ([\d.]+ [KMGT]i?B)|while trying to allocate (\d+ bytes|[\d.]+[KMG]iB)/.exec(text);
  const amount = asked?.[1] ?? asked?.[2] ?? null;
  const total = /total capacity of ([\d.]+ [KMGT]iB)/.exec(text)?.[1] ?? null;
  const size = total === null ? '' : ` of a GPU with ${total}`;
  return {
    code: 'GPU_OUT_OF_MEMORY',
    what: `ran out of GPU memory${amount === null ? '' : ` when it asked for ${amount}${size}`}`,
    nextStep: OTHERS_THERE.test(text)
      ? 'Other programs use this GPU too: leave it to this run alone, or use smaller batches.'
      : 'Use smaller batches (with gradient accumulation they count the same), mixed precision or a smaller model.',
    details: { asked: amount, total },
  };
};

export const gpuLost: Rule = ({ text, hadGpus }) => {
  const [words] = GPU_GONE.exec(text) ?? (hadGpus && !NOT_BUILT.test(text) ? NO_GPU.exec(text) : null) ?? [];
  if (words === undefined) return null;
  return {
    code: 'GPU_LOST',
    what: `lost its GPU ("${words}")`,
    nextStep:
      'Look at the driver with nvidia-smi or rocm-smi and at the kernel’s log with dmesg; after a restart of the machine, resume the run.',
    details: { words },
  };
};

/** It wants a GPU and was not given one, or its packages cannot use one. */
export const gpuMissing: Rule = ({ text, hadGpus }) => {
  const [words] = NO_GPU.exec(text) ?? [];
  if (words === undefined) return null;
  return NOT_BUILT.test(text)
    ? {
        code: 'PROGRAM_FAILED',
        what: 'wants a GPU, but its PyTorch was built without CUDA',
        nextStep:
          'Name a build of torch with CUDA in the recipe’s requirements, or let the program use the CPU.',
        details: { words },
      }
    : {
        code: 'PROGRAM_FAILED',
        what: `wants a GPU and ${hadGpus ? 'found' : 'was given'} none`,
        nextStep: 'Set "gpus" under "resources" in the recipe to 1 or more, or let the program use the CPU.',
        details: { words },
      };
};

export const deviceAssert: Rule = ({ text, error }) =>
  /device-side assert triggered/.test(text)
    ? {
        code: 'PROGRAM_FAILED',
        what: `failed a check on the GPU (device-side assert)${error?.place ? ` near ${error.place}` : ''}`,
        nextStep:
          'Mostly a label or an index lies outside of its range. Run it on the CPU, or set CUDA_LAUNCH_BLOCKING=1 under "variables", to see the line.',
        details: { place: error?.place ?? null },
      }
    : null;
