import { describe, expect, it } from 'vitest';
import { createStoreGate } from './store-gate.ts';

const later = () => {
  let open = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
};

describe('the gate between storing and collecting', () => {
  it('refuses to collect while something is being published, and lets it once that has ended', async () => {
    const gate = createStoreGate();
    const import_ = later();
    const publishing = gate.publish(() => import_.promise);
    await expect(gate.collect(async () => 'collected')).rejects.toMatchObject({ code: 'CONFLICT' });
    import_.open();
    await publishing;
    await expect(gate.collect(async () => 'collected')).resolves.toBe('collected');
  });

  it('lets what is published wait until the collection has ended, also where that failed', async () => {
    const gate = createStoreGate();
    const order: string[] = [];
    const collection = later();
    const collecting = gate.collect(async () => {
      await collection.promise;
      order.push('collected');
      throw new Error('the disk went away');
    });
    const publishing = gate.publish(async () => order.push('published'));
    collection.open();
    await expect(collecting).rejects.toThrow('the disk went away');
    await publishing;
    expect(order).toEqual(['collected', 'published']);
  });

  it('collects once at a time and publishes as often as it likes', async () => {
    const gate = createStoreGate();
    const collection = later();
    const collecting = gate.collect(() => collection.promise);
    await expect(gate.collect(async () => {})).rejects.toMatchObject({ code: 'CONFLICT' });
    collection.open();
    await collecting;
    await Promise.all([gate.publish(async () => {}), gate.publish(async () => {})]);
    await gate.collect(async () => {});
  });
});
