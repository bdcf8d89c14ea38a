import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of this package, found by the package's own name: source and build differ in depth. */
export function packageFile(...path: string[]): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@tenantry/testing/package.json')), ...path);
}
