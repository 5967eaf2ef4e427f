export { viewsRouter } from './views.router.ts';
export { createViews, type Views } from './views.service.ts';
