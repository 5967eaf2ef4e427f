import { implement } from '@orpc/server';
import { modelsContract } from '../../contract/models.contract.ts';
import type { Models } from './models.service.ts';

export function modelsRouter(models: Models) {
  const os = implement(modelsContract);
  return os.router({
    list: os.list.handler(({ input }) => models.list(input.project)),
    get: os.get.handler(({ input }) => models.get(input.project, input.model)),
    version: os.version.handler(({ input }) => models.version(input.project, input.ref)),
    register: os.register.handler(({ input }) => models.register(input)),
    setAlias: os.setAlias.handler(({ input }) =>
      models.setAlias(input.project, input.model, input.alias, input.version),
    ),
    removeAlias: os.removeAlias.handler(({ input }) =>
      models.removeAlias(input.project, input.model, input.alias),
    ),
    bytes: os.bytes.handler(
      async ({ input }) =>
        new Blob([await models.bytes(input.id, input.offset, input.length)], {
          type: 'application/octet-stream',
        }),
    ),
  });
}
