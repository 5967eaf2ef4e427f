import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';

/** Packages that stay outside: native code and what finds its own files beside itself. */
const external = [
  /^better-sqlite3/,
  /^onnxruntime-node/,
  /^@duckdb\//,
  /^@napi-rs\//,
  /^systeminformation/,
  /^ws$/,
  /^electron$/,
  // Faster ciphers that ssh2 does without where they were not compiled, as here.
  /^cpu-features$/,
  /sshcrypto[.]node$/,
  /^node:/,
  ...builtinModules,
];

/** The Node host: one bundle for each process and thread that Lathe starts (see native/entry-url.ts). */
export default defineConfig({
  publicDir: false,
  // Some packages that expect CommonJS ask where they lie.
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
  // All JavaScript dependencies go in: a start then opens a handful of files instead of hundreds.
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'out/host',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        cli: 'app/host/cli/main.ts',
        worker: 'app/host/worker.ts',
        'inference-server': 'app/host/inference-server.ts',
        'train.worker': 'native/training/train.worker.ts',
        'model.worker': 'native/inference/model.worker.ts',
        'tables.worker': 'native/tables/tables.worker.ts',
        'formats.worker': 'native/formats/formats.worker.ts',
        'query.worker': 'native/tables/query/query.worker.ts',
        'store.worker': 'native/store/store.worker.ts',
        'store-pool.worker': 'native/store/store-pool.worker.ts',
        'store-housekeeping.worker': 'native/store/store-housekeeping.worker.ts',
        'looking.worker': 'native/tables/looking/looking.worker.ts',
        'checks.worker': 'native/tables/checks/checks.worker.ts',
      },
      external,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
