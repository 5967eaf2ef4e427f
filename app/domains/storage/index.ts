export { storageRouter } from './storage.router.ts';
export { createStorage, type DerivedFiles, type Storage } from './storage.service.ts';
