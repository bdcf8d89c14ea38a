import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from '../steps/command.ts';
import { builtPackages } from './built.ts';
import { publishablePackages } from './packages.ts';

/**
 * Tarballs of the packages as {@link builtPackages} has them, to install where nothing of this repository is
 * found. What a user receives in full, `pnpm test packaging` looks at.
 *
 * @param work The folder to pack into.
 * @returns The path of each tarball by the name of its package.
 */
export async function builtTarballs(work: string): Promise<Readonly<Record<string, string>>> {
  const built = await builtPackages();
  mkdirSync(work, { recursive: true });
  const tarballs: Record<string, string> = {};
  for (const { folder, manifest } of publishablePackages()) {
    const tarball = join(work, `${folder}.tgz`);
    await pnpm(['pack', '--out', tarball], { cwd: join(built, folder) });
    tarballs[manifest.name] = tarball;
  }
  return tarballs;
}
