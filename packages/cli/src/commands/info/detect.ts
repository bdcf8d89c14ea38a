import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What a folder says of itself, without running any of it. */
export interface Surroundings {
  readonly folder: string;
  readonly packageManager: PackageManager;
  /** The frameworks that package.json names, of those that there is an adapter or a guide for. */
  readonly frameworks: readonly string[];
  readonly testRunner: 'vitest' | 'jest' | undefined;
  readonly typescript: boolean;
  readonly esm: boolean;
  /** The file of drizzle-kit's configuration, relative to the folder. */
  readonly drizzleConfig: string | undefined;
  readonly tenantryConfig: string | undefined;
  /** Versions that are installed here; undefined for what is not. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

const frameworks: Readonly<Record<string, string>> = {
  next: 'Next.js',
  '@nestjs/core': 'NestJS',
  hono: 'Hono',
  fastify: 'Fastify',
  express: 'Express',
};
const lockfiles: readonly [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
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
  'drizzle-orm',
  'drizzle-kit',
  'pg',
];

/** Looks around in a folder. */
export function lookAround(folder: string): Surroundings {
  const manifest = readManifest(join(folder, 'package.json'));
  const named = {
    ...(manifest.dependencies as object),
    ...(manifest.devDependencies as object),
  };
  const first = (...files: string[]) => files.find((file) => existsSync(join(folder, file)));
  const config = (name: string) =>
    ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((e) => `${name}.config.${e}`);
  return {
    folder,
    packageManager: packageManagerOf(folder, manifest.packageManager),
    frameworks: Object.entries(frameworks).flatMap(([name, title]) =>
      name in named ? [title] : [],
    ),
    testRunner: 'vitest' in named ? 'vitest' : 'jest' in named ? 'jest' : undefined,
    typescript: existsSync(join(folder, 'tsconfig.json')) || 'typescript' in named,
    esm: manifest.type === 'module',
    drizzleConfig: first(...config('drizzle')),
    tenantryConfig: first('tenantry.config.ts'),
    versions: Object.fromEntries(looked.map((name) => [name, versionOf(folder, name)])),
  };
}

function readManifest(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** From `packageManager`, else from the nearest lockfile, else from who runs the command. */
function packageManagerOf(folder: string, named: unknown): PackageManager {
  const own = typeof named === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(named)?.[1] : undefined;
  if (own !== undefined) return own as PackageManager;
  for (let at = folder; ; at = dirname(at)) {
    const found = lockfiles.find(([file]) => existsSync(join(at, file)));
    if (found !== undefined) return found[1];
    if (dirname(at) === at) break;
  }
  const agent = /^(npm|pnpm|yarn|bun)\//.exec(process.env.npm_config_user_agent ?? '')?.[1];
  return (agent as PackageManager | undefined) ?? 'npm';
}

/** The version in node_modules; package.json is not among every package's exports. */
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
  manager: PackageManager,
  names: readonly string[],
  dev = false,
): string {
  const verb = manager === 'npm' ? 'install' : 'add';
  const flag = dev ? (manager === 'npm' ? ' --save-dev' : ' -D') : '';
  return `${manager} ${verb}${flag} ${names.join(' ')}`;
}

/** The command that runs an installed one: `npx`, `pnpm exec`. */
export const runner = (manager: PackageManager): string =>
  ({ npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' })[manager];
