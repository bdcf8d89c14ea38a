import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, type ProjectReflection } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { root } from './steps/root.ts';

// pnpm docs:reference   writes docs/reference/api from the docstrings, a page for each export path

const packages = [
  'core',
  'rls',
  'rbac',
  'plan-limits',
  'audit-log',
  'stripe-billing',
  'placements',
  'testing',
] as const;

/** An export path without the scope, and its source: `core/hono`, `packages/core/src/hono.ts`. */
interface Entry {
  readonly path: string;
  readonly file: string;
}

const entriesOf = (folder: string): Entry[] => {
  const manifest = JSON.parse(
    readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'),
  ) as { exports: Record<string, { '@tenantry/source'?: string }> };
  return Object.entries(manifest.exports).flatMap(([path, { '@tenantry/source': file }]) =>
    file === undefined ? [] : [{ path: join(folder, path), file: join('packages', folder, file) }],
  );
};

const out = join(root, 'docs/reference/api');
const entries = packages.flatMap(entriesOf);

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: entries.map(({ file }) => join(root, file)),
  basePath: root,
  tsconfig: join(root, 'tsconfig.json'),
  readme: 'none',
  // types are checked by another step
  skipErrorChecking: true,
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  hideGenerator: true,
  sort: ['source-order'],
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  ...({
    router: 'module',
    outputs: [{ name: 'markdown', path: out }],
    entryFileName: 'index',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useHTMLAnchors: true,
    useCodeBlocks: true,
    expandObjects: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    sanitizeComments: true,
    pageTitleTemplates: {
      index: 'Every export',
      module: ({ name }: { name: string }) => `@tenantry/${name}`,
    },
  } satisfies Partial<PluginOptions> & Record<string, unknown>),
});
const project = await app.convert();
if (project === undefined) throw new Error('The docstrings cannot be read.');
nameModules(project);
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);
const pages = readdirSync(out, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(out, name));
for (const page of pages) writeFileSync(page, codeOnOneLine(readFileSync(page, 'utf8')));
console.log(`${pages.length} pages in docs/reference/api`);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;

/** Names each module by its export path; TypeDoc has named it by its file. */
function nameModules(all: ProjectReflection): void {
  for (const module of all.children ?? []) {
    const entry = entries.find(({ file }) => file.replace(/(\/index)?\.tsx?$/, '') === module.name);
    if (entry === undefined) throw new Error(`${module.name} is no export path.`);
    module.name = entry.path;
  }
}

/** A line that begins with `<word>` is a component to VitePress, in the midst of a code span too. */
function codeOnOneLine(page: string): string {
  return page
    .split(/^(```[\s\S]*?^```)$/m)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part.replace(/`[^`]+`/g, (code) => code.replaceAll('\n', ' ')),
    )
    .join('');
}
