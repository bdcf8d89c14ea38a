import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// In the CommonJS build import.meta is empty, so __filename is used.
const here = typeof __filename === 'string' ? __filename : import.meta.url;

/** `require` of this package, for modules that are resolved at run time. */
export const requireFromHere = createRequire(here);

/** Whether this runs from its TypeScript source, as in the repository's own tests. */
export const runsFromSource = here.endsWith('.ts');

/** A file of this package, found by the package's own name: source and build differ in depth. */
export function packageFile(...path: string[]): string {
  return join(dirname(requireFromHere.resolve('@tenantry/testing/package.json')), ...path);
}
