import { createRequire } from 'node:module';

/** Version of the installed ONNX Runtime, read from its package without loading the library. */
export const onnxRuntimeVersion: string = createRequire(import.meta.url)(
  'onnxruntime-node/package.json',
).version;
