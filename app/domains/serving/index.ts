export { servingRouter } from './serving.router.ts';
export { createServing, type Serving } from './serving.service.ts';
