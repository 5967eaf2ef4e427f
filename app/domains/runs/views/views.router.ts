import { implement } from '@orpc/server';
import { viewsContract } from '../../../contract/views.contract.ts';
import type { Views } from './views.service.ts';

export function viewsRouter(views: Views) {
  const os = implement(viewsContract);
  return os.router({
    list: os.list.handler(({ input }) => views.list(input.project)),
    get: os.get.handler(({ input }) => views.get(input.project, input.view)),
    save: os.save.handler(({ input: { project, ...content } }) => views.save(project, content)),
    rename: os.rename.handler(({ input }) => views.rename(input.project, input.view, input.name)),
    delete: os.delete.handler(({ input }) => views.delete(input.project, input.view)),
  });
}
