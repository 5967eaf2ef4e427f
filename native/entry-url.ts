const sources = {
  cli: '../app/host/cli/main.ts',
  worker: '../app/host/worker.ts',
  'train.worker': './training/train.worker.ts',
  'model.worker': './inference/model.worker.ts',
  'inference-server': '../app/host/inference-server.ts',
  'tables.worker': './tables/tables.worker.ts',
  'formats.worker': './formats/formats.worker.ts',
  'query.worker': './tables/query/query.worker.ts',
  'store.worker': './store/store.worker.ts',
  'store-pool.worker': './store/store-pool.worker.ts',
  'looking.worker': './tables/looking/looking.worker.ts',
  'checks.worker': './tables/checks/checks.worker.ts',
  'store-housekeeping.worker': './store/store-housekeeping.worker.ts',
} as const;

/** A file that a process or thread of Lathe starts from; vite.host.config.ts builds one bundle for each. */
export type Entry = keyof typeof sources;

/**
 * Where an entry lies. From sources it is the `.ts` file, which Node runs as it is; from a bundle in `out/host/` (or
 * a shared chunk in `out/host/chunks/`) it is the bundle of that name.
 *
 * @returns a file URL, for `new Worker(…)` as it is and for `fork(fileURLToPath(…))`
 */
export function entryUrl(name: Entry): URL {
  const here = import.meta.url;
  if (here.endsWith('.ts')) return new URL(sources[name], here);
  const folder = new URL('.', here);
  return new URL(`${name}.js`, folder.pathname.endsWith('/chunks/') ? new URL('..', folder) : folder);
}
