// Drizzle names every driver there is as an optional peer, and pnpm installs beside it what it finds
// anywhere in the workspace: the demo would download Prisma, PGlite and MySQL. Here it runs on pg.
const peers = ['pg', '@types/pg'];

const keep = (record) =>
  Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => peers.includes(name)));

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name === 'drizzle-orm') {
        manifest.peerDependencies = keep(manifest.peerDependencies);
        manifest.peerDependenciesMeta = keep(manifest.peerDependenciesMeta);
      }
      return manifest;
    },
  },
};
