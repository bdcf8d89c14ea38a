import { cp, mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Package } from './packages.ts';

/**
 * A project that has the packed packages installed, without an installation: the unpacked tarballs
 * in node_modules, and beside each the dependencies that its package.json declares, no others.
 *
 * @param optionalPeers Whether the user has installed the optional peers too.
 */
export async function layOutConsumer(
  packages: readonly Package[],
  work: string,
  optionalPeers: boolean,
): Promise<string> {
  const consumer = join(work, optionalPeers ? 'consumer-with-optional-peers' : 'consumer');
  const ours = new Set(packages.map(({ manifest }) => manifest.name));
  // What one of them requires is installed, and found by those that can do without it.
  const required = new Set(packages.flatMap(requiredPeers));
  for (const pkg of packages) {
    const installed = join(consumer, 'node_modules', pkg.manifest.name);
    await cp(join(work, pkg.folder, 'package'), installed, { recursive: true });
    for (const name of dependenciesOf(pkg, (peer) => optionalPeers || required.has(peer))) {
      // Our own packages are found beside this one, in the consumer's node_modules.
      if (ours.has(name)) continue;
      await link(join(pkg.path, 'node_modules', name), join(installed, 'node_modules', name));
    }
  }
  return consumer;
}

function dependenciesOf({ manifest }: Package, isInstalled: (peer: string) => boolean): string[] {
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(isInstalled);
  return [...Object.keys(manifest.dependencies ?? {}), ...peers];
}

const requiredPeers = ({ manifest }: Package): string[] =>
  Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
  );

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await symlink(await realpath(from), to, 'dir');
}
