import { describe, expect, it } from 'vitest';
import type { RunId } from '../../contract/ids.ts';
import { type Capacity, type Decision, type PlacedRun, planQueue, type WaitingRun } from './plan-queue.ts';

const GIB = 2 ** 30;
const gpu = (index: number) => ({ id: `GPU-${index}`, index, vendor: 'nvidia' as const });
const resources = (change: Partial<WaitingRun['resources']> = {}) => ({
  cpus: null,
  memoryBytes: null,
  gpus: 0,
  shareGpus: false,
  shmBytes: null,
  timeLimitMs: null,
  ...change,
});
const waiting = (
  id: string,
  wants: Partial<WaitingRun['resources']> = {},
  change: Partial<WaitingRun['scheduling']> & Partial<Pick<WaitingRun, 'local'>> = {},
  after: WaitingRun['after'] = [],
): WaitingRun => ({
  id: id as RunId,
  resources: resources(wants),
  scheduling: { priority: 0, notBefore: null, after: [], retries: 0, held: false, ...change },
  local: change.local ?? true,
  after,
});
const placed = (wants: Partial<WaitingRun['resources']>, gpus: number[] = [], local = true): PlacedRun => ({
  resources: resources(wants),
  gpus: gpus.map(gpu),
  local,
});
const capacity: Capacity = { slots: 2, memoryBytes: 16 * GIB, gpus: [gpu(0), gpu(1), gpu(2), gpu(3)] };

function plan(runs: WaitingRun[], holders: PlacedRun[] = [], change: Partial<Capacity> = {}, paused = false) {
  const decisions = planQueue(runs, holders, { ...capacity, ...change }, 1000, paused);
  const words = (decision: Decision) =>
    decision.kind === 'start' ? decision.grant.gpus.map(({ index }) => index) : decision.reason;
  return Object.fromEntries([...decisions].map(([id, decision]) => [id, words(decision)]));
}

describe('the queue', () => {
  it('starts as many runs without GPUs as there are slots', () => {
    expect(plan([waiting('a'), waiting('b'), waiting('c')])).toEqual({
      a: [],
      b: [],
      c: 'a free slot: 2 of 2 are taken',
    });
  });

  it('gives each GPU to one run', () => {
    const runs = [waiting('a', { gpus: 2 }), waiting('b', { gpus: 1 }), waiting('c', { gpus: 2 })];
    expect(plan(runs, [placed({ gpus: 1 }, [1])])).toEqual({
      a: [0, 2],
      b: [3],
      c: 'GPUs: it asks for 2, 0 of 4 are free',
    });
  });

  it('lets runs share a GPU only if all of them say so, and spreads them', () => {
    const share = { gpus: 1, shareGpus: true };
    const two = { gpus: [gpu(0), gpu(1)] };
    expect(plan([waiting('a', share), waiting('b', share), waiting('c', share)], [], two)).toEqual({
      a: [0],
      b: [1],
      c: [0],
    });
    expect(plan([waiting('a', { gpus: 1 })], [placed(share, [0])], { gpus: [gpu(0)] })).toEqual({
      a: 'GPUs: it asks for 1, 0 of 1 are free',
    });
    expect(plan([waiting('a', share)], [placed({ gpus: 1 }, [0])], { gpus: [gpu(0)] })).toEqual({
      a: 'GPUs: it asks for 1, 0 of 1 are free',
    });
  });

  it('lets no small run overtake a big one that waits for GPUs, but runs without GPUs go on', () => {
    const runs = [waiting('big', { gpus: 4 }), waiting('small', { gpus: 1 }), waiting('cpu')];
    expect(plan(runs, [placed({ gpus: 1 }, [0])])).toEqual({
      big: 'GPUs: it asks for 4, 3 of 4 are free',
      small: 'GPUs: it asks for 1, 3 of 4 are free',
      cpu: [],
    });
  });

  it('says when a machine can never do it', () => {
    expect(plan([waiting('a', { gpus: 8 })])).toEqual({ a: 'GPUs: it asks for 8, this machine has 4' });
  });

  it('says why the GPUs are not known', () => {
    expect(plan([waiting('a', { gpus: 1 })], [], { gpus: 'nvidia-smi does not answer' })).toEqual({
      a: 'GPUs: nvidia-smi does not answer',
    });
  });

  it('promises no more memory than there is', () => {
    const runs = [waiting('a', { memoryBytes: 10 * GIB }), waiting('b', { memoryBytes: 8 * GIB })];
    expect(plan(runs)).toEqual({
      a: [],
      b: 'memory: it asks for 8.0 GiB, 6.0 GiB of 16.0 GiB are not promised',
    });
  });

  it('starts nothing while it is paused, or held, or too early', () => {
    expect(plan([waiting('a')], [], {}, true).a).toContain('paused');
    expect(plan([waiting('a', {}, { held: true })]).a).toContain('held');
    expect(plan([waiting('a', {}, { notBefore: 1001 })]).a).toMatch(/^its time, \d{4}-\d\d-\d\d \d\d:\d\d$/);
    expect(plan([waiting('a', {}, { notBefore: 1000 })]).a).toEqual([]);
  });

  it('waits for the runs it comes after, and gives up when one of them failed', () => {
    const standing = (status: WaitingRun['after'][number]['status']) =>
      planQueue([waiting('a', {}, {}, [{ name: 'first', status }])], [], capacity, 0, false).get(
        'a' as RunId,
      );
    expect(standing('running')).toEqual({ kind: 'wait', reason: 'first to finish' });
    expect(standing('finished')).toMatchObject({ kind: 'start' });
    for (const status of ['failed', 'cancelled', 'lost'] as const)
      expect(standing(status)).toEqual({
        kind: 'cancel',
        reason: `it comes after first, which is ${status}`,
      });
  });

  it('counts runs on other machines neither here nor there', () => {
    const away = waiting('away', { gpus: 8 }, { local: false });
    expect(plan([away, waiting('b'), waiting('c')], [placed({}, [], false)])).toEqual({
      away: [],
      b: [],
      c: [],
    });
  });
});
