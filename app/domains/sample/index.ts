export { sampleRouter } from './sample.router.ts';
export { createSample, type Sample } from './sample.service.ts';
