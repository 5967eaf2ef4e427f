/** For `node --import`: whoever imports `electron` gets the stand-in. The real package would start a download. */
import { registerHooks } from 'node:module';

const stub = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: stub, shortCircuit: true } : next(specifier, context),
});
