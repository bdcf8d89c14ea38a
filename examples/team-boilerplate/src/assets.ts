import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Router } from 'express';

const file = (name: string) => fileURLToPath(new URL(`../ui/${name}`, import.meta.url));

/** The script of the pages, bundled at the first request, and their style. */
export function assetRoutes(): Router {
  const routes = Router();
  let bundled: Promise<string> | undefined;
  routes.get('/client.js', async (_request, response) => {
    bundled ??= bundle();
    response.type('text/javascript').send(await bundled);
  });
  routes.get('/style.css', async (_request, response) => {
    response.type('text/css').send(await readFile(file('style.css')));
  });
  return routes;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file('client.tsx')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    // the packages of this repository as they stand in their sources
    conditions: ['@tenantry/source'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}
