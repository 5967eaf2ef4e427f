import { z } from 'zod';
import { nameOrId, objectName, projectId } from './ids.ts';
import { procedure } from './procedure.ts';
import { epochMs } from './wire.ts';

export const project = z.object({
  id: projectId,
  name: z.string(),
  /** Whether commands and screens that name no project mean this one. */
  current: z.boolean(),
  datasets: z.number().int(),
  runs: z.number().int(),
  models: z.number().int(),
  createdAt: epochMs,
});
export type Project = z.infer<typeof project>;

/** Lists and commands that name no project mean the current one. */
export const inProject = { project: nameOrId.optional() };

export const projectsContract = {
  list: procedure
    .route({ method: 'GET', path: '/projects', summary: 'All projects' })
    .output(z.array(project)),
  create: procedure
    .route({ method: 'POST', path: '/projects', summary: 'Create a project' })
    .input(z.object({ name: objectName }))
    .output(project),
  use: procedure
    .route({ method: 'POST', path: '/projects/{project}/use', summary: 'Make a project the current one' })
    .input(z.object({ project: nameOrId }))
    .output(project),
  get: procedure
    .route({ method: 'GET', path: '/projects/{project}', summary: 'One project' })
    .input(z.object({ project: nameOrId }))
    .output(project),
};
