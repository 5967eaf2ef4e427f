export { createResourceWatch } from './resource-watch.ts';
export { createSettings, type SettingsStore } from './settings.ts';
export { eventsRouter, jobsRouter, systemRouter } from './system.router.ts';
