import { describe, expect, it } from 'vitest';
import { describeResources, noResourceTexts, readResources } from './resource-fields.ts';

const read = (change: object) => readResources({ ...noResourceTexts, ...change });

describe('the resources of a run, as typed', () => {
  it('asks for nothing beyond the recipe where nothing was typed', () => {
    expect(read({})).toEqual({ resources: undefined, problems: {} });
  });

  it('takes sizes and times as people write them', () => {
    expect(read({ memory: '8 GiB', time: '1h30m', gpus: '2' })).toEqual({
      resources: { memory: '8 GiB', time: '1h30m', gpus: 2 },
      problems: {},
    });
    expect(read({ time: '90' }).resources).toEqual({ time: '90 min' });
  });

  it('names what does not fit, and how to write it', () => {
    expect(read({ memory: 'much' }).problems.memory).toBe('“much” does not fit. Write a size such as 8 GiB.');
    expect(Object.keys(read({ cpus: '-1', gpus: 'x', time: 'soon' }).problems)).toEqual([
      'cpus',
      'gpus',
      'time',
    ]);
  });

  it('says in a line what a run is given, the recipe’s where nothing was typed', () => {
    expect(describeResources({ ...noResourceTexts, memory: '2 GB', time: '90' }, null)).toBe(
      'any number of cores, 2.0 GB, no GPU, at most 1 h 30 min',
    );
    const recipe = { cpus: 4, gpus: 2, shareGpus: true };
    expect(describeResources(noResourceTexts, recipe)).toBe(
      '4 cores, no memory limit, 2 GPUs, shared, no time limit',
    );
  });
});
