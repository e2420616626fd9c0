// How the console is built: below /console/, without inline scripts, with a place for the nonce that the server
// puts into every page (Mantine makes a few <style> elements).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` and `vite preview` send calls of the API; the build knows no address. */
const gateway = 'http://127.0.0.1:8420';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    // `light-dark()` and nesting are used as they are.
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // Data URLs would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': gateway } },
  preview: { proxy: { '/v1': gateway } },
});
