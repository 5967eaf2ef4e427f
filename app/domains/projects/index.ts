export { projectsRouter } from './projects.router.ts';
export { createProjects, type Projects } from './projects.service.ts';
