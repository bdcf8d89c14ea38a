import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import { type ImportEnding, importEnding } from './tsconfig.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** The facts about a folder, found without running any of its code. */
export interface Surroundings {
  readonly folder: string;
  readonly packageManager: PackageManager;
  /** Whether this folder itself has a package.json. */
  readonly hasManifest: boolean;
  /** Whether this is the root of a pnpm workspace, where `pnpm add` needs a flag. */
  readonly isWorkspaceRoot: boolean;
  /** The frameworks in package.json that have an adapter or a guide. */
  readonly frameworks: readonly string[];
  /** The library for the database in package.json; undefined without one, as with pg alone. */
  readonly library: string | undefined;
  readonly testRunner: 'vitest' | 'jest' | undefined;
  readonly typescript: boolean;
  readonly esm: boolean;
  readonly importEnding: ImportEnding;
  /** The configuration file of Vitest or Vite, relative to the folder. */
  readonly vitestConfig: string | undefined;
  /** The file of drizzle-kit's configuration, relative to the folder. */
  readonly drizzleConfig: string | undefined;
  readonly tenantryConfig: string | undefined;
  /** Installed versions; undefined for packages that are not installed. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

const frameworks: Readonly<Record<string, string>> = {
  next: 'Next.js',
  '@nestjs/core': 'NestJS',
  hono: 'Hono',
  fastify: 'Fastify',
  express: 'Express',
};
/** Drizzle first: who has it has its schema too. */
const libraries = [
  'drizzle-orm',
  'kysely',
  '@prisma/client',
  'typeorm',
  '@mikro-orm/core',
  'sequelize',
  'knex',
];
const lockfiles: readonly [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['pnpm-workspace.yaml', 'pnpm'],
];
const looked = [
  'tenantry',
  '@tenantry/core',
  '@tenantry/rls',
  '@tenantry/testing',
  '@tenantry/rbac',
  '@tenantry/plan-limits',
  '@tenantry/audit-log',
  '@tenantry/stripe-billing',
  '@tenantry/placements',
  'drizzle-orm',
  'drizzle-kit',
  'pg',
];

/**
 * Inspects a folder.
 * @throws TenantryError `CONFIG_INVALID` when its package.json cannot be read
 */
export function lookAround(folder: string): Surroundings {
  const manifest = ownManifest(folder);
  const esm = manifest?.type === 'module';
  const named = {
    ...(manifest?.dependencies as object),
    ...(manifest?.devDependencies as object),
  };
  const first = (...files: string[]) => files.find((file) => existsSync(join(folder, file)));
  const scripts = (name: string) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((e) => `${name}.config.${e}`);
  return {
    folder,
    packageManager: packageManagerOf(folder),
    hasManifest: manifest !== undefined,
    isWorkspaceRoot: first('pnpm-workspace.yaml') !== undefined,
    frameworks: Object.entries(frameworks).flatMap(([name, title]) =>
      name in named ? [title] : [],
    ),
    library: libraries.find((name) => name in named),
    testRunner: 'vitest' in named ? 'vitest' : 'jest' in named ? 'jest' : undefined,
    typescript: existsSync(join(folder, 'tsconfig.json')) || 'typescript' in named,
    esm,
    importEnding: importEnding(folder, esm),
    vitestConfig: first(...scripts('vitest'), ...scripts('vite')),
    drizzleConfig: first(...scripts('drizzle'), 'drizzle.config.json'),
    tenantryConfig: first('tenantry.config.ts'),
    versions: Object.fromEntries(looked.map((name) => [name, versionOf(folder, name)])),
  };
}

/** The user's own manifest, whose errors must be reported. */
function ownManifest(folder: string): Record<string, unknown> | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `package.json cannot be read: ${error instanceof Error ? error.message : error}`,
      fix: 'Correct package.json: it has to be JSON.',
      cause: error,
    });
  }
}

function readManifest(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** From the nearest `packageManager` or lockfile, otherwise from the program that runs the command. */
function packageManagerOf(folder: string): PackageManager {
  for (let at = folder; ; at = dirname(at)) {
    const named = readManifest(join(at, 'package.json')).packageManager;
    const own = typeof named === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(named)?.[1] : undefined;
    if (own !== undefined) return own as PackageManager;
    const found = lockfiles.find(([file]) => existsSync(join(at, file)));
    if (found !== undefined) return found[1];
    if (dirname(at) === at) break;
  }
  const agent = /^(npm|pnpm|yarn|bun)\//.exec(process.env.npm_config_user_agent ?? '')?.[1];
  return (agent as PackageManager | undefined) ?? 'npm';
}

/** The version in node_modules; not every package exports its package.json. */
function versionOf(folder: string, name: string): string | undefined {
  const places = createRequire(join(folder, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) {
    const { version } = readManifest(join(place, name, 'package.json'));
    if (typeof version === 'string') return version;
  }
  return undefined;
}

/** The command that installs packages. */
export function installCommand(
  { packageManager: manager, isWorkspaceRoot }: Surroundings,
  names: readonly string[],
  dev = false,
): string {
  const root = manager === 'pnpm' && isWorkspaceRoot ? ' -w' : '';
  const verb = manager === 'npm' ? 'install' : `add${root}`;
  const flag = dev ? (manager === 'npm' ? ' --save-dev' : ' -D') : '';
  return `${manager} ${verb}${flag} ${names.join(' ')}`;
}

/** The command that runs an installed command: `npx`, `pnpm exec`. */
export const runner = (manager: PackageManager): string =>
  ({ npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' })[manager];
