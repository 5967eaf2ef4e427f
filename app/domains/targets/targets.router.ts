import { implement } from '@orpc/server';
import { targetsContract } from '../../contract/targets.contract.ts';
import type { Targets } from './targets.service.ts';

export function targetsRouter(targets: Targets) {
  const os = implement(targetsContract);
  return os.router({
    list: os.list.handler(() => targets.list()),
    add: os.add.handler(({ input }) => targets.add(input.name, input.engine)),
    remove: os.remove.handler(({ input }) => targets.remove(input.target)),
    check: os.check.handler(({ input }) => targets.driver(input.target).check()),
    interpreters: os.interpreters.handler(({ input }) => targets.interpreters(input.folder)),
    leftovers: os.leftovers.handler(({ input }) => targets.driver(input.target).leftovers()),
    removeLeftovers: os.removeLeftovers.handler(({ input }) =>
      targets.driver(input.target).removeLeftovers(input.ids),
    ),
  });
}
