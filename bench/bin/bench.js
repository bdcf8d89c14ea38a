#!/usr/bin/env -S node --import tsx --conditions=@tenantry/source
// `pnpm bench` runs this as a command. As a script of the root package.json, pnpm would announce it
// on stdout, where `--json` promises nothing but JSON.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// what core depends on, which is not to be found from the bundle
const ofCore = ['jose', 'tldts'];

// Measured is what is published: tsx wraps every function to keep its name, a bundle does not.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
await build({
  // and programs that a bench runs in processes of their own
  entryPoints: {
    main: fileURLToPath(new URL('../src/main.ts', import.meta.url)),
    'scoped-variant': fileURLToPath(new URL('../src/scoped/variant-process.ts', import.meta.url)),
    'http-server': fileURLToPath(new URL('../src/http/server-process.ts', import.meta.url)),
    'next/app/projects/[id]/route': fileURLToPath(
      new URL('../src/http/next/route.ts', import.meta.url),
    ),
    'audit-export': fileURLToPath(new URL('../src/audit/export-process.ts', import.meta.url)),
  },
  outdir: fileURLToPath(new URL('../dist', import.meta.url)),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  conditions: ['@tenantry/source'],
  plugins: [{ name: 'packages', setup: leavePackages }],
});
await import(main);

/** Only what is measured goes in; testing starts processes from files of its own. */
function leavePackages({ onResolve }) {
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' ||
    ofCore.includes(path) ||
    (path.startsWith('@tenantry/') && !path.startsWith('@tenantry/testing'))
      ? undefined
      : { path, external: true },
  );
}
