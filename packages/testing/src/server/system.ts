import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Attempt, unavailable } from './attempt.ts';
import { majorVersion } from './binaries.ts';
import { startCluster } from './cluster.ts';
import type { StartRequest } from './types.ts';

const oldestMajor = 15;

/** Installation folders of packages: the parent folders, and the folder names of versions. */
const places: readonly { readonly parent: string; readonly name: RegExp }[] = [
  { parent: '/usr/lib/postgresql', name: /^\d+$/ },
  { parent: '/usr', name: /^pgsql-\d+$/ },
  { parent: '/usr/libexec', name: /^postgresql\d+$/ },
  { parent: '/usr/local', name: /^(pgsql|postgresql(@?\d+)?)$/ },
  { parent: '/usr/local/opt', name: /^postgresql(@\d+)?$/ },
  { parent: '/opt/homebrew/opt', name: /^postgresql(@\d+)?$/ },
];

/** A PostgreSQL server that is installed on this machine: the requested version, or the newest. */
export async function startSystem(request: StartRequest): Promise<Attempt> {
  const found = await installations();
  const fitting = found
    .filter(({ major }) => major >= oldestMajor)
    .filter(({ major }) => request.version === undefined || String(major) === request.version)
    .sort((a, b) => b.major - a.major);
  const [chosen] = fitting;
  if (chosen === undefined) {
    const seen = found.map(({ bin, major }) => `${bin} (${major})`).join(', ');
    const wanted = request.version ?? `${oldestMajor} or newer`;
    return unavailable(`no installed PostgreSQL ${wanted}${seen === '' ? '' : `, only ${seen}`}`);
  }
  return { started: await startCluster({ bin: chosen.bin, relocatable: false }, request) };
}

async function installations(): Promise<{ bin: string; major: number }[]> {
  const folders = [
    ...(await Promise.all(places.map(foldersOf))).flat(),
    '/usr/local/bin',
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
  ];
  const found = await Promise.all(
    [...new Set(folders)].map(async (bin) => ({ bin, major: Number(await majorVersion(bin)) })),
  );
  return found.filter(({ major }) => Number.isInteger(major));
}

async function foldersOf(place: (typeof places)[number]): Promise<string[]> {
  const names = await readdir(place.parent).catch(() => []);
  return names
    .filter((name) => place.name.test(name))
    .flatMap((name) => {
      const folder = join(place.parent, name);
      return [join(folder, 'bin'), folder];
    });
}
