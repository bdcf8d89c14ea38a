import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// node scripts/copy-example.mjs b2b-saas ../my-app   copies an example out of this repository, as a project of its own
//
// With it goes what starts its demo, as kit/. Its README and its tests stay: they are about this repository.
// Plain JavaScript, because nothing may be installed yet.

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = (name) => join(root, 'examples', name);
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const write = (file, text) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const asJson = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** Those that start with `runDemo`. */
const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(example(name), 'src/demo.ts')),
);

/** What stays here, in a folder of an example: also what was built or installed there. */
const stays = (part) =>
  /^(README\.md|test|screenshots|node_modules|package\.json|next-env\.d\.ts)$/.test(part) ||
  part.endsWith('.tsbuildinfo') ||
  (part.startsWith('.') && part !== '.env.example');

/** What only tests import. */
const forTests = new Set(['@seriousme/openapi-schema-validator', 'fast-check', 'playwright-core']);

function copyExample(name, target) {
  const source = example(name);
  for (const part of readdirSync(source)) {
    if (!stays(part)) cpSync(join(source, part), join(target, part), { recursive: true });
  }
  const { name: _, version: __, scripts, ...manifest } = manifestOf(source);
  write(
    join(target, 'package.json'),
    asJson({
      name: basename(target)
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-'),
      ...manifest,
      scripts: outsideOfHere(scripts),
      dependencies: withVersions(manifest.dependencies),
      devDependencies: { ...typesOfNode, ...withVersions(manifest.devDependencies) },
    }),
  );
  write(join(target, '.gitignore'), 'node_modules/\n.env\n.next/\n.next-lock/\nnext-env.d.ts\n');
  copyKit(join(target, 'kit'));
}

/** Here they are those of the repository. */
const typesOfNode = { '@types/node': manifestOf(root).devDependencies['@types/node'] };

/** The part that a demo runs on; the other parts are for tests. */
function copyKit(target) {
  const source = example('kit');
  const { devDependencies: _, ...manifest } = manifestOf(source);
  const { './demo': demo, './database': database } = manifest.exports;
  for (const part of ['src/demo', 'src/database.ts']) {
    cpSync(join(source, part), join(target, part), { recursive: true });
  }
  write(
    join(target, 'package.json'),
    asJson({
      ...manifest,
      exports: { './demo': demo, './database': database },
      dependencies: withVersions(manifest.dependencies),
    }),
  );
}

/** Nothing is to be installed first, packages are built, and the command is one of them. */
const outsideOfHere = (scripts) =>
  Object.fromEntries(
    Object.entries(scripts).map(([name, line]) => [
      name,
      line
        .replace(/^node \S+\/scripts\/install\.mjs \S+ && /, '')
        .replace('TSX_DISABLE_CACHE=1 exec ', '')
        .replace(' --conditions=@tenantry/source', '')
        .replace(/^tsx \S+\/packages\/cli\/src\/bin\.ts/, 'tenantry'),
    ]),
  );

function withVersions(dependencies) {
  return Object.fromEntries(
    Object.entries(dependencies)
      .filter(([name]) => !forTests.has(name))
      .map(([name, range]) => [name, versionOf(name, range)]),
  );
}

/** In place of what only pnpm understands, and only in this repository. */
function versionOf(name, range) {
  if (name === '@tenantry/example-kit') return 'file:./kit';
  if (range === 'catalog:') return catalog[name];
  if (range === 'workspace:*') return `^${versions[name]}`;
  return range;
}

const versions = Object.fromEntries(
  readdirSync(join(root, 'packages'))
    .map((folder) => manifestOf(join(root, 'packages', folder)))
    .map(({ name, version }) => [name, version]),
);

/** The lines below `catalog:` in pnpm-workspace.yaml. */
const [, below = ''] = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/^catalog:$/m);
const catalog = Object.fromEntries(
  [...below.split(/^\S/m)[0].matchAll(/^ {2}'?(.+?)'?: (\S+)$/gm)].map(([, name, version]) => [
    name,
    version,
  ]),
);

const [name, folder, ...more] = process.argv.slice(2);
const target = resolve(folder ?? '');
const problem =
  !examples.includes(name) || folder === undefined || more.length > 0
    ? `Usage: node scripts/copy-example.mjs ${examples.join('|')} ../my-app`
    : !relative(root, target).startsWith('..')
      ? `${target} is in this repository: choose a folder outside of it.`
      : existsSync(target) && readdirSync(target).length > 0
        ? `${target} has files in it already: choose a new folder.`
        : undefined;
if (problem === undefined) {
  copyExample(name, target);
  console.log(`cd ${relative(process.cwd(), target)} && npm install && npm start`);
} else {
  console.error(problem);
  process.exitCode = 2;
}
