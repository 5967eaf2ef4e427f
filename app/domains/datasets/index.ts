export { datasetsRouter } from './datasets.router.ts';
export { createDatasets, type Datasets, type TrainingTable } from './datasets.service.ts';
export { createUploads } from './uploads.ts';
