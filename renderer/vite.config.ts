import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page: one build for the desktop window and for browsers, served at the root of either. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  // plotly.js asks for Node's name of the global object.
  define: { global: 'globalThis' },
  build: {
    outDir: path.join(import.meta.dirname, '../out/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    reportCompressedSize: false,
    // Inlined files would need data: in more places of the content security policy.
    assetsInlineLimit: 0,
    // The charts are one lazy chunk of this size.
    chunkSizeWarningLimit: 1800,
  },
});
