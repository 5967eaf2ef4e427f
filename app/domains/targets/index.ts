export { targetsRouter } from './targets.router.ts';
export { createTargets, type TargetDriver, type Targets } from './targets.service.ts';
