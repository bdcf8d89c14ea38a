import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../steps/root.ts';

/** What the gates read of a package.json. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  bin?: Record<string, string>;
  exports: Record<string, unknown>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface Package {
  /** Name of the folder, as in `packages/core`. */
  folder: string;
  path: string;
  manifest: Manifest;
}

export const readManifest = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Every package that is published, in the order of its folder's name. */
export function publishablePackages(): Package[] {
  const parent = join(root, 'packages');
  return readdirSync(parent)
    .map((folder) => ({ folder, path: join(parent, folder) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((found) => ({ ...found, manifest: readManifest(found.path) }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => a.folder.localeCompare(b.folder));
}

/** The code paths that a user can import: `@tenantry/core`, `@tenantry/core/hono` and so on. */
export function specifiers({ name, exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => path.replace(/^\./, name));
}
