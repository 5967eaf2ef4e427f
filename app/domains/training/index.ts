export { trainingRouter } from './training.router.ts';
export { createTraining, type Training } from './training.service.ts';
