export { lineageRouter } from './lineage.router.ts';
export { createLineage, type Lineage } from './lineage.service.ts';
