export { createModelKeeper } from './keeping/index.ts';
export { modelsRouter } from './models.router.ts';
export { createModels, type Models } from './models.service.ts';
