import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { command, pnpm } from '../steps/command.ts';
import { checkContents } from './contents.ts';
import type { Package } from './packages.ts';

/**
 * Builds and packs a package as `pnpm publish` would, unpacks it to `<work>/<folder>/package`, and
 * checks what a user would receive.
 */
export async function checkTarball(pkg: Package, work: string): Promise<void> {
  await command('tsup', ['--silent'], { cwd: pkg.path });

  const folder = join(work, pkg.folder);
  await mkdir(folder, { recursive: true });
  const packed = await pnpm(['pack', '--json', '--pack-destination', folder], { cwd: pkg.path });
  const { filename } = JSON.parse(packed.slice(packed.indexOf('{'))) as { filename: string };
  await command('tar', ['-xzf', filename, '-C', folder]);

  await checkContents(join(folder, 'package'));
  await command('publint', [filename, '--strict']);
  // node10 does not know `exports`; no supported Node or TypeScript setting needs it.
  await command('attw', [filename, '--profile', 'node16']);
}
