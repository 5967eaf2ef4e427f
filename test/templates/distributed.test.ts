import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { interpreterFor } from './frameworks.ts';
import { TemplateBench } from './template-run.ts';
import { describeTemplate } from './template-suite.ts';

const python = await interpreterFor('torch');
const version =
  python && execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
const shards = version !== null && Number.parseInt(version, 10) >= 2;
const bench = new TemplateBench();
afterAll(() => bench.remove());
if (python && !shards)
  console.warn(
    `skipped: training with pytorch-fsdp (PyTorch ${version!.trim()} shards on GPUs only; 2.0 is needed)`,
  );

describe.skipIf(!python)('the templates for several processes', () => {
  const params = { epochs: 40, samples: 600, hidden: 32 };
  describeTemplate(bench, python!, {
    id: 'pytorch-ddp',
    params,
    falls: 'train_loss',
    reaches: { key: 'val_accuracy', least: 0.7 },
    facts: ({ labels }) => expect(labels).toHaveLength(10),
    endsItself: false,
  });

  it('two processes of pytorch-ddp learn what one learns', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((processes) =>
        bench.folder('pytorch-ddp', { ...params, epochs: 2, processes }).run(python!),
      ),
    );
    expect(one!.steps).toEqual(two!.steps);
    for (const [index, [, loss]] of one!.points.train_loss!.entries())
      expect(two!.points.train_loss![index]![1]).toBeCloseTo(loss, 3);
    expect([one!.summary.processes, two!.summary.processes]).toEqual([1, 2]);
  });

  it('pytorch-ddp refuses a batch that cannot be shared evenly', async () => {
    const run = await bench.folder('pytorch-ddp', { batch_size: 33 }).run(python!);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain('A batch of 33 cannot be shared evenly by 2 processes.');
  });

  it.skipIf(shards)('pytorch-fsdp says plainly which PyTorch it needs', async () => {
    const run = await bench.folder('pytorch-fsdp').run(python!);
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain('Sharding needs PyTorch 2.0 or later');
  });
});

describe.skipIf(!shards)('a model cut into pieces', () => {
  describeTemplate(bench, python!, {
    id: 'pytorch-fsdp',
    params: { steps: 40, steps_per_checkpoint: 10, width: 16, layers: 1, samples: 600 },
    falls: 'train_loss',
    reaches: { key: 'parameters', least: 1 },
    facts: ({ signature }) => expect(signature.inputs[0]!.name).toBe('tokens'),
    endsItself: false,
  });
});
