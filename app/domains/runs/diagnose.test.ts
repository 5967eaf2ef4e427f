import { describe, expect, it } from 'vitest';
import { errorTable } from '../../contract/errors.ts';
import { failure } from '../../contract/jobs.contract.ts';
import { diagnose } from './diagnose.ts';
import type { EndedRun } from './diagnosis/clues.ts';

type Given = Partial<Omit<EndedRun, 'exit'>> & { readonly exit?: Partial<EndedRun['exit']> };

const evidence = { outOfMemory: false, endedBy: null, environment: {} };

function reason({ exit = {}, ...given }: Given) {
  const found = diagnose({
    runName: 'baseline 3',
    target: 'process',
    exit: { state: 'failed', at: 1, exitCode: 1, signal: null, failure: null, ...exit },
    evidence,
    stderrTail: '',
    stdoutTail: '',
    memoryLimitBytes: null,
    timeLimitMs: null,
    diskFreeBytes: 500 * 2 ** 30,
    hadGpus: false,
    ...given,
  });
  if (!found) throw new Error('no reason');
  expect(failure.parse(found)).toEqual(found);
  expect(Object.keys(errorTable)).toContain(found.code);
  expect(found.message).toMatch(/^baseline 3 .*[^.]\.$/);
  expect(found.data.nextStep).toMatch(/\.$/);
  return found;
}
const says = (stderrTail: string, given: Given = {}) => reason({ stderrTail, ...given });

const run = '/home/ada/Lathe/runs/0192f0c1a2b37c4d8e5f60718293a4b5/code';
const torch = '/home/ada/.venvs/ml/lib/python3.11/site-packages/torch';
const trace = (...last: string[]) =>
  [
    'Epoch 1/10:  12%|█▏        | 94/782 [00:07<00:51, 13.2it/s]',
    'Traceback (most recent call last):',
    `  File "${run}/train.py", line 88, in <module>`,
    '    main()',
    `  File "${run}/model.py", line 41, in forward`,
    '    return self.head(x)',
    '           ^^^^^^^^^^^^',
    `  File "${torch}/nn/modules/module.py", line 1739, in _wrapped_call_impl`,
    '    return self._call_impl(*args, **kwargs)',
    ...last,
    '',
  ].join('\n');

const cudaOutOfMemory =
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.07 GiB is free. Including non-PyTorch memory, this process has 22.55 GiB memory in use.';

describe('memory', () => {
  it.each<[string, Given]>([
    [
      'the kernel ended it',
      { exit: { exitCode: null, signal: 'SIGKILL' }, evidence: { ...evidence, outOfMemory: true } },
    ],
    [
      'the engine ended the container',
      {
        exit: { exitCode: 137 },
        evidence: { ...evidence, outOfMemory: true, endedBy: 'the container was removed' },
      },
    ],
    ['Python got none', { stderrTail: trace('MemoryError') }],
    [
      'numpy got none',
      {
        stderrTail: trace(
          'numpy._core._exceptions._ArrayMemoryError: Unable to allocate 74.5 GiB for an array with shape (100000, 100000) and data type float64',
        ),
      },
    ],
    [
      'PyTorch got none',
      {
        stderrTail: trace(
          "RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 400000000000 bytes. Error code 12 (Cannot allocate memory)",
        ),
      },
    ],
    [
      'C++ got none',
      {
        exit: { exitCode: 134 },
        stderrTail:
          "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n",
      },
    ],
    [
      'a data loader was killed',
      { stderrTail: trace('RuntimeError: DataLoader worker (pid 48211) is killed by signal: Killed. ') },
    ],
    ['a child was killed', { exit: { exitCode: 137 } }],
    [
      'it was killed under a limit',
      { exit: { exitCode: null, signal: 'SIGKILL' }, memoryLimitBytes: 2 ** 31 },
    ],
    [
      'it was killed and a log says so',
      { exit: { exitCode: null, signal: 'SIGKILL' }, stderrTail: '/bin/sh: line 1: 4711 Killed\n' },
    ],
    [
      'XLA got none on the processor',
      {
        stderrTail: trace(
          'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 274877906944 bytes.',
        ),
      },
    ],
    [
      'TensorFlow got none on the processor',
      {
        hadGpus: true,
        stderrTail: trace(
          'tensorflow.python.framework.errors_impl.ResourceExhaustedError: {{function_node __wrapped__Add}} OOM when allocating tensor with shape[65536,65536] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu [Op:Add]',
        ),
      },
    ],
  ])('is the reason when %s', (_, given) => {
    expect(reason(given)).toMatchObject({
      code: 'OUT_OF_MEMORY',
      data: { nextStep: expect.stringContaining('batches') },
    });
  });

  it('names the limit and how to raise it', () => {
    const found = reason({
      exit: { signal: 'SIGKILL' },
      evidence: { ...evidence, outOfMemory: true },
      memoryLimitBytes: 3.5 * 2 ** 30,
    });
    expect(found.message).toBe('baseline 3 was ended because its memory was used up; its limit is 3.5 GiB.');
    expect(found.data).toMatchObject({
      nextStep: expect.stringContaining('"memory"'),
      details: { memoryLimitBytes: 3.5 * 2 ** 30, signal: 'SIGKILL' },
    });
  });

  it.each([
    trace(
      "RuntimeError: DataLoader worker (pid 912) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.",
    ),
    trace('RuntimeError: unable to write to file </torch_29114_2372373421_0>: No space left on device (28)'),
    trace(
      'RuntimeError: unable to allocate shared memory(shm) for file </torch_1_2_3>: Resource temporarily unavailable (11)',
    ),
  ])('that is shared is told apart (%#)', (stderrTail) => {
    expect(says(stderrTail, { target: 'docker' })).toMatchObject({
      code: 'OUT_OF_MEMORY',
      data: { nextStep: expect.stringContaining('"shm"') },
    });
  });

  it('is only a guess, and is not claimed, when nothing but the kill is known', () => {
    const found = reason({ exit: { exitCode: null, signal: 'SIGKILL' } });
    expect(found).toMatchObject({
      code: 'PROGRAM_FAILED',
      data: { nextStep: expect.stringContaining('dmesg') },
    });
  });
});

describe('GPU memory', () => {
  it.each([
    [cudaOutOfMemory],
    [
      'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 512.00 MiB (GPU 0; 7.79 GiB total capacity; 6.01 GiB already allocated)',
    ],
    [
      'torch.OutOfMemoryError: HIP out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 15.98 GiB',
    ],
    [
      'RuntimeError: CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call',
    ],
    ['RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`'],
    ['RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED'],
    [
      'RuntimeError: MPS backend out of memory (MPS allocated: 17.8 GB, other allocations: 301 MB, max allowed: 18.1 GB).',
    ],
    [
      'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17179869184 bytes.',
    ],
    [
      'tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating tensor with shape[256,512,56,56] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    ],
    [
      'cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 8,000,000,000 bytes (allocated so far: 512 bytes).',
    ],
  ])('is the reason: %s', (line) => {
    expect(says(trace(line), { hadGpus: true })).toMatchObject({
      code: 'GPU_OUT_OF_MEMORY',
      data: { nextStep: expect.stringContaining('smaller batches') },
    });
  });

  it('says how much was asked of how much, and when others use the GPU too', () => {
    const found = says(trace(cudaOutOfMemory), { hadGpus: true });
    expect(found.message).toBe(
      'baseline 3 ran out of GPU memory when it asked for 2.50 GiB of a GPU with 23.64 GiB.',
    );
    expect(found.data.details).toMatchObject({ asked: '2.50 GiB', total: '23.64 GiB', exitCode: 1 });
    const shared = says(trace(`${cudaOutOfMemory} Process 2211 has 11.20 GiB memory in use.`), {
      hadGpus: true,
    });
    expect(shared.data.nextStep).toContain('Other programs use this GPU');
  });

  it('is the reason behind the exception that followed from it, but not behind one that came later', () => {
    const rescue = [
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      trace('ValueError: no smaller batch is left'),
    ];
    expect(says(trace(cudaOutOfMemory, ...rescue), { hadGpus: true }).code).toBe('GPU_OUT_OF_MEMORY');
    const later = says(
      `${trace(cudaOutOfMemory)}going on with batches of 16\n${trace("KeyError: 'label'")}`,
      { hadGpus: true },
    );
    expect(later).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: "baseline 3 ended with KeyError: 'label' (model.py:41).",
    });
  });
});

describe('a GPU', () => {
  it.each([
    ['RuntimeError: CUDA error: unspecified launch failure'],
    ['RuntimeError: CUDA error: no CUDA-capable device is detected'],
    [
      'Unable to determine the device handle for GPU0: 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU',
    ],
    ['[ 8123.4] NVRM: Xid (PCI:0000:01:00): 79, pid=2121, name=python, GPU has fallen off the bus.'],
    ['RuntimeError: CUDA error: uncorrectable ECC error encountered'],
    ['RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable'],
    ['Failed to initialize NVML: Driver/library version mismatch'],
  ])('was lost: %s', (line) => {
    const found = says(trace(line), { hadGpus: true });
    expect(found).toMatchObject({
      code: 'GPU_LOST',
      data: { nextStep: expect.stringContaining('nvidia-smi') },
    });
  });

  it.each([
    ['RuntimeError: No CUDA GPUs are available', '"gpus"'],
    [
      'RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU',
      '"gpus"',
    ],
    ['AssertionError: Torch not compiled with CUDA enabled', 'build of torch'],
  ])('was never given: %s', (line, cure) => {
    expect(says(trace(line))).toMatchObject({
      code: 'PROGRAM_FAILED',
      data: { nextStep: expect.stringContaining(cure) },
    });
  });

  it('is not to blame for a check of the program that failed on it', () => {
    const found = says(trace('RuntimeError: CUDA error: device-side assert triggered'), { hadGpus: true });
    expect(found).toMatchObject({
      code: 'PROGRAM_FAILED',
      data: { nextStep: expect.stringContaining('CUDA_LAUNCH_BLOCKING'), details: { place: 'model.py:41' } },
    });
  });
});

describe('a full disk', () => {
  const free = 4 << 20;
  it.each([
    [trace('OSError: [Errno 28] No space left on device'), free],
    ['tee: metrics.txt: No space left on device\n', free],
    ["Error: ENOSPC: no space left on device, write '/scratch/out.json'\n", free],
    [trace('OSError: [Errno 122] Disk quota exceeded'), null],
    [trace('RuntimeError: [enforce fail at inline_container.cc:603] . unexpected pos 64 vs 0'), free],
    [trace('RuntimeError: PytorchStreamWriter failed writing file data/12: file write failed'), free],
    ['it could say nothing any more', 0],
  ])('is the reason (%#)', (stderrTail, diskFreeBytes) => {
    expect(says(stderrTail, { diskFreeBytes })).toMatchObject({
      code: 'DISK_FULL',
      data: { details: { diskFreeBytes } },
    });
  });

  it('is another one when the workspace has space', () => {
    const found = says(trace("OSError: [Errno 28] No space left on device: '/tmp/x'"));
    expect(found).toMatchObject({ code: 'DISK_FULL', data: { nextStep: expect.stringContaining('/tmp') } });
  });

  it('is not the reason because a library failed to write, while there is space', () => {
    expect(says(trace('RuntimeError: PytorchStreamWriter failed writing file data/12')).code).toBe(
      'PROGRAM_FAILED',
    );
  });
});

describe('a time limit', () => {
  it('is named with how to raise it, whatever the program said as it ended', () => {
    const found = says(trace('KeyboardInterrupt'), {
      exit: { exitCode: null, signal: 'SIGTERM', cause: 'time-limit' },
      timeLimitMs: 5_400_000,
    });
    expect(found).toMatchObject({
      code: 'TIME_LIMIT',
      message: 'baseline 3 reached its time limit of 1 h 30 min.',
      data: { nextStep: expect.stringContaining('"time"') },
    });
  });
});

describe('an environment that could not be made', () => {
  it.each([
    [
      'ERROR: Could not find a version that satisfies the requirement torchh==9.1 (from versions: none)\nERROR: No matching distribution found for torchh==9.1\n',
      'there is no package torchh==9.1 for this Python',
    ],
    [
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution': /simple/torch/\nERROR: No matching distribution found for torch\n",
      'something could not be downloaded',
    ],
    [
      '  × No solution found when resolving dependencies:\n  ╰─▶ Because torchh was not found in the package registry and you require torchh, we can conclude\n      that your requirements are unsatisfiable.\n',
      'there is no package torchh',
    ],
    [
      '  × No solution found when resolving dependencies:\n  ╰─▶ Because numpy==1.26 and you require numpy>=2, your requirements are unsatisfiable.\n',
      'the requirements contradict each other',
    ],
    [
      'error: subprocess-exited-with-error\nERROR: Failed building wheel for pycocotools\n',
      'the package pycocotools could not be built',
    ],
    [
      'The virtual environment was not created successfully because ensurepip is not available.  On Debian/Ubuntu\nsystems, you need to install the python3-venv package\n',
      'this Python cannot make virtual environments',
    ],
    [
      'error: No interpreter found for Python 3.14 in search path\n',
      'there is no Python 3.14 on this machine',
    ],
    [
      'EnvironmentNameNotFound: Could not find conda environment: vision\n',
      'there is no conda environment vision',
    ],
    [
      'Error response from daemon: pull access denied for team/private, repository does not exist or may require authorization\n',
      'there is no image team/private',
    ],
    [
      'Error response from daemon: manifest for python:9 not found: manifest unknown: manifest unknown\n',
      'there is no image python:9',
    ],
    [
      "The command '/bin/sh -c pip install -r requirements.txt' returned a non-zero code: 1\n",
      'a step of the Dockerfile ended with exit code 1',
    ],
    [
      'ERROR: Something nobody has seen before.\n[notice] A new release of pip is available: 24.0 -> 25.1\n',
      'its environment could not be made: ERROR: Something nobody has seen before',
    ],
    ['', 'its environment could not be made'],
  ])('is named (%#)', (stderrTail, what) => {
    for (const given of [{ stderrTail }, { stdoutTail: stderrTail }]) {
      const found = reason({ ...given, exit: { exitCode: 1, cause: 'environment' } });
      expect(found).toMatchObject({
        code: 'ENVIRONMENT_FAILED',
        message: `baseline 3 did not start because ${what}.`,
      });
    }
  });

  it('for want of space is a full disk', () => {
    const stderrTail =
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n';
    expect(says(stderrTail, { exit: { cause: 'environment' }, diskFreeBytes: 0 }).code).toBe('DISK_FULL');
  });
});

describe('an exception', () => {
  it.each([
    [
      'its last line and the innermost line of its own code',
      trace('ValueError: Expected input batch_size (32) to match target batch_size (64).'),
      'ValueError: Expected input batch_size (32) to match target batch_size (64) (model.py:41)',
    ],
    ['nothing more when it says nothing', trace('AssertionError'), 'AssertionError (model.py:41)'],
    [
      'the line after one that ends with a colon',
      trace(
        'RuntimeError: Error(s) in loading state_dict for Net:',
        '\tsize mismatch for fc.weight: copying a param with shape [10] from checkpoint',
      ),
      'RuntimeError: Error(s) in loading state_dict for Net: size mismatch for fc.weight: copying a param with shape [10] from checkpoint (model.py:41)',
    ],
    [
      'the one that followed from another',
      trace(
        "KeyError: 'lr'",
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/lathe/code/cli.py", line 7, in <module>',
        '    load()',
        "app.ConfigError: the config has no 'lr'",
      ),
      "app.ConfigError: the config has no 'lr' (cli.py:7)",
    ],
    [
      'what a data loader passed on',
      trace(
        'ValueError: Caught ValueError in DataLoader worker process 0.',
        'Original Traceback (most recent call last):',
        `  File "${run}/data.py", line 12, in __getitem__`,
        '    return int(x)',
        "ValueError: invalid literal for int() with base 10: 'cat'",
      ),
      "ValueError: invalid literal for int() with base 10: 'cat' (data.py:12)",
    ],
    [
      'what a worker said before its starter gave up',
      `${trace('IndexError: list index out of range').replaceAll(/^(?=[ T]|Index)/gm, '[rank0]: ')}Traceback (most recent call last):\n  File "/usr/bin/torchrun", line 8, in <module>\ntorch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====\ntrain.py FAILED\n`,
      'IndexError: list index out of range (model.py:41)',
    ],
    [
      'what came before what was ignored',
      `${trace("TypeError: unsupported operand type(s) for +: 'int' and 'str'")}Exception ignored in: <function Loader.__del__ at 0x7f1>\nTraceback (most recent call last):\n  File "x.py", line 1, in __del__\nAttributeError: 'NoneType' object has no attribute 'close'\n`,
      "TypeError: unsupported operand type(s) for +: 'int' and 'str' (model.py:41)",
    ],
    [
      'a mistake in the script itself',
      `  File "${run}/train.py", line 3\n    print("x"\n         ^\nSyntaxError: '(' was never closed\n`,
      "SyntaxError: '(' was never closed (train.py:3)",
    ],
    [
      'its colours taken off',
      trace('\u001b[1;35mZeroDivisionError\u001b[0m: \u001b[35mdivision by zero\u001b[0m'),
      'ZeroDivisionError: division by zero (model.py:41)',
    ],
    [
      'its progress bar taken off',
      `\r 10%|█ | 1/10\r 20%|██ | 2/10Traceback (most recent call last):\n  File "${run}/a.py", line 1, in <module>\nOSError: gone\r\n`,
      'OSError: gone (a.py:1)',
    ],
    [
      'the group that it is in',
      `  + Exception Group Traceback (most recent call last):\n  |   File "${run}/a.py", line 4, in <module>\n  |     raise group\n  | ExceptionGroup: two workers failed (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n    +---------------- 2 ----------------\n    | TypeError: b\n    +------------------------------------\n`,
      'ExceptionGroup: two workers failed (2 sub-exceptions) (a.py:4)',
    ],
    [
      'a place in a package when there is no other',
      `Traceback (most recent call last):\n  File "${torch}/hub.py", line 5, in <module>\nRuntimeError: no\n`,
      `RuntimeError: no (${torch}/hub.py:5)`,
    ],
  ])('is told by %s', (_, stderrTail, words) => {
    expect(says(stderrTail)).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: `baseline 3 ended with ${words}.`,
    });
    expect(reason({ stdoutTail: stderrTail }).message).toBe(`baseline 3 ended with ${words}.`);
  });

  it('that is very long is shortened', () => {
    expect(says(trace(`ValueError: ${'long '.repeat(500)}`)).message.length).toBeLessThan(400);
  });

  it.each([
    ['cv2', 'opencv-python-headless'],
    ['sklearn.linear_model', 'scikit-learn'],
    ['wandb', 'wandb'],
  ])('for want of the module %s says what to add', (module, name) => {
    const found = says(trace(`ModuleNotFoundError: No module named '${module}'`));
    expect(found).toMatchObject({ code: 'PROGRAM_FAILED', data: { details: { module } } });
    expect(found.message).toBe(`baseline 3 lacks the Python module "${module}" (model.py:41).`);
    expect(found.data.nextStep).toContain(`Add ${name} to "requirements"`);
  });

  it('for want of a system library names it', () => {
    const line = 'ImportError: libGL.so.1: cannot open shared object file: No such file or directory';
    expect(says(trace(line)).message).toBe('baseline 3 lacks the system library libGL.so.1.');
  });
});

describe('a command line', () => {
  it.each([
    [
      "usage: train.py [-h] [--epochs EPOCHS]\ntrain.py: error: argument --epochs: invalid int value: 'ten'\n",
      'epochs',
      '-p epochs=VALUE',
    ],
    [
      'usage: train.py [-h]\ntrain.py: error: argument -e/--epochs: expected one argument\n',
      'epochs',
      '-p epochs',
    ],
    [
      'usage: train.py [-h] --data DATA\ntrain.py: error: the following arguments are required: --data\n',
      'data',
      '-p data',
    ],
    [
      'usage: train.py [-h]\ntrain.py: error: unrecognized arguments: --learning_rate 0.1\n',
      'learning_rate',
      'no parameter "learning_rate"',
    ],
    [
      "Usage: train.py [OPTIONS]\nTry 'train.py --help' for help.\n\nError: No such option: --lr Did you mean --learning-rate?\n",
      'lr',
      'no parameter "lr"',
    ],
    [
      "Usage: train.py [OPTIONS]\n\nError: Invalid value for '--epochs': 'ten' is not a valid integer.\n",
      'epochs',
      '-p epochs',
    ],
    [
      "error: unexpected argument '--batch' found\n\nFor more information, try '--help'.\n",
      'batch',
      'no parameter "batch"',
    ],
  ])(
    'that the program does not understand is named with its parameter (%#)',
    (stderrTail, parameter, cure) => {
      const found = says(stderrTail, { exit: { exitCode: 2 } });
      expect(found).toMatchObject({
        code: 'PROGRAM_FAILED',
        data: { nextStep: expect.stringContaining(cure), details: { parameter, exitCode: 2 } },
      });
    },
  );

  it.each([
    ['sh: 1: torchrun: not found\n', 'torchrun'],
    ['/bin/bash: line 1: accelerate: command not found\n', 'accelerate'],
    ['env: ‘julia’: No such file or directory\n', 'julia'],
    ['exec: "train": executable file not found in $PATH\n', 'train'],
    ['', null],
  ])('whose command is not there names it (%#)', (stderrTail, command) => {
    const found = says(stderrTail, { exit: { exitCode: 127 } });
    expect(found).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringContaining('there is no command'),
      data: { details: { command } },
    });
  });

  it('whose script is not there names it', () => {
    const stderrTail =
      "/usr/bin/python3: can't open file '/lathe/code/trian.py': [Errno 2] No such file or directory\n";
    const found = says(stderrTail, { exit: { exitCode: 2 } });
    expect(found.message).toBe('baseline 3 could not be started: there is no file "/lathe/code/trian.py".');
    expect(found.data.nextStep).toContain('.latheignore');
  });

  it('whose command may not be executed says how it may', () => {
    const found = says('sh: 1: ./train.sh: Permission denied\n', { exit: { exitCode: 126 } });
    expect(found.message).toContain('Permission denied');
    expect(found.data.nextStep).toContain('chmod +x');
  });
});

describe('a signal', () => {
  it.each([
    ['SIGSEGV', 139, 'reached for memory'],
    ['SIGABRT', 134, 'gave up'],
    ['SIGBUS', 135, 'mapped'],
    ['SIGILL', 132, 'instruction'],
    ['SIGFPE', 136, 'zero'],
    ['SIGTERM', 143, 'asked to end'],
    ['SIGHUP', 129, 'session'],
    ['SIGUSR1', 138, 'SIGUSR1'],
  ])('%s is told in words, also as the exit code %i', (signal, exitCode, words) => {
    for (const exit of [{ exitCode: null, signal }, { exitCode }]) {
      const found = says(trace("KeyError: 'long ago'"), { exit });
      expect(found).toMatchObject({
        code: 'PROGRAM_FAILED',
        message: expect.stringContaining(words),
        data: { details: { signal } },
      });
    }
  });

  it('comes with the line where a crash happened, if Python wrote it', () => {
    const stderrTail = `Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n  File "${torch}/nn/functional.py", line 9 in linear\n  File "${run}/train.py", line 12 in <module>\n`;
    expect(says(stderrTail, { exit: { exitCode: null, signal: 'SIGSEGV' } }).data.details.place).toBe(
      'train.py:12',
    );
  });

  it('from outside is told as what the target saw', () => {
    const found = reason({
      exit: { exitCode: 137 },
      evidence: { ...evidence, endedBy: 'the container was removed' },
    });
    expect(found).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: 'baseline 3 was ended from outside: the container was removed.',
    });
  });
});

describe('any other end', () => {
  it('is told by exit code and last words', () => {
    expect(says('loading\nconfig.yaml has no section [model]\n\n', { exit: { exitCode: 3 } })).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: 'baseline 3 ended with exit code 3; its last words were "config.yaml has no section [model]".',
      data: { details: { target: 'process', exitCode: 3, signal: null } },
    });
    expect(reason({ stdoutTail: 'Error in lm.fit(x): NA in x\n' }).message).toContain('NA in x');
    expect(reason({ exit: { exitCode: 255 } }).message).toBe(
      'baseline 3 ended with exit code 255 and said nothing.',
    );
    expect(reason({ exit: { exitCode: null } }).message).toContain('without an exit code');
  });

  it('is told in the words of the program where exit.json has them', () => {
    const told = {
      code: 'TRAINING_IMPOSSIBLE',
      message: 'No rows.',
      nextStep: 'Add some.',
      details: { rows: 0 },
    };
    const given = { state: 'failed', at: 1, exitCode: 137, failure: told } as const;
    const rest = {
      runName: 'x',
      target: 'process',
      evidence,
      stderrTail: '',
      stdoutTail: '',
      memoryLimitBytes: null,
      timeLimitMs: null,
      diskFreeBytes: null,
      hadGpus: false,
    };
    expect(diagnose({ ...rest, exit: given })).toEqual({
      code: told.code,
      message: told.message,
      data: { nextStep: told.nextStep, details: told.details },
    });
    for (const state of ['finished', 'cancelled'] as const) {
      expect(diagnose({ ...rest, exit: { ...given, state, failure: null } })).toBeNull();
    }
  });
});
