import { implement } from '@orpc/server';
import { credentialsContract } from '../../contract/credentials.contract.ts';
import type { Credentials } from './credentials.service.ts';

export function credentialsRouter(credentials: Credentials) {
  const os = implement(credentialsContract);
  return os.router({
    status: os.status.handler(() => credentials.status()),
    list: os.list.handler(() => credentials.list()),
    set: os.set.handler(({ input }) => credentials.set(input.name, input.value)),
    remove: os.remove.handler(async ({ input }) => {
      await credentials.remove(input.name);
      return { name: input.name };
    }),
    unlock: os.unlock.handler(({ input }) => credentials.unlock(input.passphrase)),
  });
}
