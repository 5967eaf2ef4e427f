/**
 * Who may import whom, as errors. The table is the one of the design: everything that a layer may not reach is
 * forbidden, so a new folder starts with no rights. Tests beside sources build whatever they need and are free of
 * the layer rules; test/architecture proves with planted imports that each rule bites.
 */

/** Domains from low to high: a domain may use the index.ts of those before it. */
export const domainRanks = [
  'system',
  'credentials',
  'storage',
  'projects',
  'targets',
  'datasets',
  'croissant',
  'runs',
  'training',
  'tuning',
  'models',
  'optimization',
  'serving',
  'monitoring',
  'pipelines',
  'bundles',
  'lineage',
  'sample',
];

/** Packages with compiled code: they are loaded in one place, so that their threads and memory have one owner. */
const nativePackages = [
  'better-sqlite3',
  'onnxruntime-node',
  '@duckdb/node-api',
  'systeminformation',
  '@napi-rs/blake-hash',
];

const tests = '[.]test[.]tsx?$';
const anyPackage = 'node_modules/';
const packages = (...names) => `node_modules/(${names.join('|').replaceAll('.', '[.]')})/`;

/** Forbid every import of a layer that its line of the table does not name. `builtins`: Node's own modules. */
function layer(name, from, may, { builtins = true, comment = '' } = {}) {
  return {
    name,
    severity: 'error',
    comment: comment || `${name}: see the table in docs/decisions/0002-layers.md`,
    from: { path: from, pathNot: tests },
    to: { pathNot: may, couldNotResolve: false, ...(builtins ? { dependencyTypesNot: ['core'] } : {}) },
  };
}

/** A domain uses other domains only through the index.ts of lower ranks. */
function rank(domain, index) {
  const higher = domainRanks.slice(index + 1);
  return higher.length === 0
    ? []
    : [
        {
          name: `rank-of-${domain}`,
          severity: 'error',
          comment: `${domain} ranks below ${higher.join(', ')} and may not know of them`,
          from: { path: `^app/domains/${domain}/`, pathNot: tests },
          to: { path: `^app/domains/(${higher.join('|')})/` },
        },
      ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    layer('contract', '^app/contract/', ['^app/contract/', packages('zod', '@orpc/contract')], {
      builtins: false,
      comment: 'the contract runs in browsers too: only zod and @orpc/contract',
    }),
    layer('kernel', '^app/kernel/', ['^app/(contract|kernel)/', packages('zod')]),
    layer('storage', '^app/storage/', ['^app/(contract|kernel|storage)/', anyPackage]),
    layer('executors', '^app/executors/', ['^app/(contract|kernel|executors)/', anyPackage]),
    layer('interop', '^app/interop/', ['^app/(contract|kernel|interop)/', anyPackage]),
    layer('native', '^native/', [
      '^app/contract/',
      '^app/kernel/(ports/|app-error[.]ts$|durable-file[.]ts$|nearest[.]ts$)',
      '^native/',
      anyPackage,
    ]),
    layer('domains', '^app/domains/', [
      '^app/(contract|kernel|storage|domains)/',
      '^app/executors/executor[.]ts$',
      anyPackage,
    ]),
    ...domainRanks.flatMap(rank),
    {
      name: 'domain-door',
      severity: 'error',
      comment: 'a domain has one door, its index.ts; benchmarks measure what lies behind it',
      from: { path: '^(app/domains/[^/]+/|app/host/|test/)', pathNot: [tests, '^test/bench/'] },
      to: { path: '^app/domains/[^/]+/', pathNot: ['^app/domains/[^/]+/index[.]ts$', '^$1'] },
    },
    layer('host', '^app/host/', ['^app/', '^native/', anyPackage]),
    layer('main', '^main/', ['^app/contract/', '^main/', anyPackage]),
    layer('preload', '^preload/', ['^preload/', packages('electron')], { builtins: false }),
    layer('renderer', '^renderer/(?!vite[.]config[.]ts$)', ['^app/contract/', '^renderer/', anyPackage], {
      builtins: false,
      comment: 'the renderer runs in a browser: the contract, its own code and packages, no Node modules',
    }),
    {
      name: 'native-packages',
      severity: 'error',
      comment: 'only native/ loads packages with compiled code',
      from: { path: '^(app|main|preload|renderer)/' },
      to: { path: packages(...nativePackages) },
    },
    {
      name: 'electron-in-the-shell',
      severity: 'error',
      comment: 'the core runs without Electron; importing it elsewhere starts a download',
      from: { path: '^(app|native|renderer|test)/' },
      to: { path: packages('electron') },
    },
    {
      name: 'no-test-in-product',
      severity: 'error',
      comment: 'the product imports neither tests nor their support',
      from: { path: '^(app|native|main|preload|renderer)/', pathNot: tests },
      to: { path: ['^test/', '^scripts/', tests] },
    },
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'modules that run each other cannot be understood or tested apart; types may point back',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'the import leads nowhere',
      from: {},
      to: { couldNotResolve: true, pathNot: '[?](worker|url|raw)' },
    },
  ],
  options: {
    // TypeScript 7 has no programming interface that dependency-cruiser knows; swc reads the same imports, type-only
    // ones included.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist|node_modules/[.]cache)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'require', 'types'],
    },
  },
};
