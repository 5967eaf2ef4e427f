import { implement } from '@orpc/server';
import { storageContract } from '../../contract/storage.contract.ts';
import type { Storage } from './storage.service.ts';

export function storageRouter(storage: Storage) {
  const os = implement(storageContract);
  return os.router({
    map: os.map.handler(({ input }) => storage.map(input.fresh)),
    collect: os.collect.handler(({ input }) => storage.collect(input)),
    check: os.check.handler(({ input }) => storage.check(input.repair)),
    clear: os.clear.handler(async ({ input }) => ({ freedBytes: await storage.clear(input.kinds) })),
  });
}
