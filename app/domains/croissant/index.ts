export { croissantRouter } from './croissant.router.ts';
export { createCroissant } from './croissant.service.ts';
