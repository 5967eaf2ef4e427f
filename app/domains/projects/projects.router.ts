import { implement } from '@orpc/server';
import { projectsContract } from '../../contract/projects.contract.ts';
import type { Projects } from './projects.service.ts';

export function projectsRouter(projects: Projects) {
  const os = implement(projectsContract);
  return os.router({
    list: os.list.handler(() => projects.list()),
    create: os.create.handler(({ input }) => projects.create(input.name)),
    use: os.use.handler(({ input }) => projects.use(input.project)),
    get: os.get.handler(({ input }) => projects.get(input.project)),
  });
}
