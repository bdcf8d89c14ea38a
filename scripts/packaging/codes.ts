import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { knownErrors } from '../../packages/core/src/errors/index.ts';
import '../error-docs.ts';
import { command } from '../steps/command.ts';
import type { Package } from './packages.ts';

/**
 * Checks that each built package brings the codes of its errors, imported, required, and in the bundle of
 * an application. They are defined where nothing is imported from: a bundler that takes such a module for
 * one without effects leaves it out, and every error is a 500 without a fix.
 *
 * @param consumer A folder from `layOutConsumer`.
 */
export async function checkCodes(packages: readonly Package[], consumer: string): Promise<void> {
  // A command line brings its own when it runs.
  const libraries = packages.filter(({ manifest }) => manifest.bin === undefined);
  const names = libraries.map(({ manifest }) => manifest.name);
  for (const name of names.filter((each) => codesOf(each) !== '')) {
    const print = `console.log(knownErrors()
      .flatMap((error) => error.package === '${name}' ? [error.code] : []).sort().join(' '))`;
    // Only the name of an export is used: nothing else keeps the definitions in a bundle.
    const esm = `import * as used from '${name}';
      import { knownErrors } from '@tenantry/core';
      if (Object.keys(used).length > 0) ${print};`;
    const cjs = `require('${name}'); const { knownErrors } = require('@tenantry/core'); ${print}`;
    const found = {
      imported: await node('--input-type=module', '-e', esm),
      required: await node('--input-type=commonjs', '-e', cjs),
      // nobody bundles what only tests use, and servers for tests do not bundle
      ...(name !== '@tenantry/testing' && { bundled: await node(await bundle(esm)) }),
    };
    for (const [way, codes] of Object.entries(found)) {
      if (codes.trim() !== codesOf(name)) {
        throw new Error(`${name}, ${way}, defines [${codes.trim()}], not [${codesOf(name)}].`);
      }
    }
  }

  function node(...args: string[]): Promise<string> {
    return command(process.execPath, args, { cwd: consumer, env: { NODE_OPTIONS: '' } });
  }

  /** Bundles a program with our packages in it, and returns the file. */
  async function bundle(program: string): Promise<string> {
    const entry = join(consumer, 'app.mjs');
    await writeFile(entry, program);
    await build({
      root: consumer,
      configFile: false,
      logLevel: 'error',
      ssr: { external: true, noExternal: /^@tenantry\// },
      build: {
        ssr: entry,
        outDir: 'bundle',
        rollupOptions: { output: { entryFileNames: '[name].mjs' } },
      },
    });
    return join(consumer, 'bundle/app.mjs');
  }
}

/** The codes of a package, by its source. */
const codesOf = (name: string) =>
  knownErrors()
    .flatMap((error) => (error.package === name ? [error.code] : []))
    .sort()
    .join(' ');
