/** Builds the console into static files; `infra/bundling.ts` calls it when the stack is synthesized. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // Relative links: the page works below any stage and any proxy.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // A policy of the page forbids data: URLs and scripts in the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
