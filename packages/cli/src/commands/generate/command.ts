import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { explain, type Generated, generate, type MigrationFile } from '@tenantry/rls/generate';
import { loadProject, type Project } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { checkFolder } from './check-folder.ts';
import { checkPrefix } from './check-prefix.ts';
import { versionOf } from './drizzle-kit.ts';
import { prove, tryOut } from './prove.ts';
import { hasShadow, throwAway } from './server.ts';
import { openWorkspace } from './workspace.ts';
import { type Written, writeAll } from './write.ts';

/** `tenantry generate`: the migrations around those of drizzle-kit. */
export const generateCommand: Command = {
  summary: 'Write what drizzle-kit cannot as Drizzle migrations, and run drizzle-kit in between.',
  options: {
    '--config <file>': 'the configuration, tenantry.config.ts unless named',
    '--check':
      'write nothing; exit 1 when a migration would be written, or leads to another database than the schema',
    '--no-prove': 'with --check: run nothing on a throw-away database',
    '--explain': 'write nothing; say of each statement that would be written why it is there',
    '--dry-run': 'write nothing; print the SQL that would be written',
    '--name <name>':
      'the name of the migration of the tables; drizzle-kit makes one up unless named',
    '--skip-drizzle-kit': 'do not run drizzle-kit generate in between',
  },
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      allowNegative: true,
      options: {
        config: { type: 'string' },
        check: { type: 'boolean', default: false },
        prove: { type: 'boolean', default: true },
        'dry-run': { type: 'boolean', default: false },
        explain: { type: 'boolean', default: false },
        name: { type: 'string' },
        'skip-drizzle-kit': { type: 'boolean', default: false },
      },
    });
    if (values.name !== undefined && !/^[\w-]{1,60}$/.test(values.name)) {
      console.error('✗ --name: use letters, digits, _ and -, 60 at most.');
      return 2;
    }
    const project = await loadProject(values.config);
    const generated = generate(project);
    for (const { code, table, found, fix } of generated.warnings) {
      console.warn(`! ${code} ${table}\n  found  ${found}\n  fix    ${fix}`);
    }
    const looks = values.check || values['dry-run'] || values.explain;
    checkPrefix(project, versionOf(project));
    checkFolder(project.migrations);
    const workspace = openWorkspace(project);
    try {
      const written = await writeAll(project, workspace, generated, {
        name: values.name,
        skipDrizzleKit: values['skip-drizzle-kit'],
        looks,
        shows: looks && !values.check,
      });
      const added = written.files.slice(written.known);
      if (values['dry-run']) for (const { text } of added) console.log(text);
      if (values.explain) console.log(explanation(added));
      if (values.check) {
        const behind = report(written);
        return behind === 0 && values.prove
          ? await proved(project, generated, written.files)
          : behind;
      }
      if (looks) return 0;
      if (!(await runs(project, written))) return 1;
      tell(workspace.publish(), written);
      return 0;
    } finally {
      workspace.remove();
    }
  },
};

/** Each statement by its first words, with its reason. */
function explanation(files: readonly MigrationFile[]): string {
  return files
    .flatMap(({ name, text }) => [
      `${name}`,
      ...text.split('--> statement-breakpoint').flatMap((statement) => {
        const words = statement
          .replace(/^\s*--.*$/gm, '')
          .trim()
          .replace(/\s+/g, ' ');
        return words === '' ? [] : [`  ${words.slice(0, 100)}`, `    ${explain(statement)}`];
      }),
    ])
    .join('\n');
}

/**
 * Runs the migrations when a server is configured for it; a new one that fails is not written. A failing
 * older one already exists, and is only reported.
 */
async function runs(project: Project, { files, known }: Written): Promise<boolean> {
  if (files.length === known || !hasShadow(project)) return true;
  const server = await throwAway(project);
  if (server === undefined) return true;
  try {
    const failed = await tryOut(files, server);
    if (failed === undefined) return true;
    const isNew = files.slice(known).some(({ name }) => name === failed.file);
    console.error(
      `tenantry: ${failed.file} does not run on an empty database: ${failed.said}\n  ${failed.statement.split('\n').slice(0, 6).join('\n  ')}`,
    );
    if (/transaction block/.test(failed.said)) console.error(outsideFix);
    if (isNew) console.error('Nothing was written.');
    return !isNew;
  } finally {
    await server.end();
  }
}

const outsideFix =
  'migrate() of Drizzle runs all migrations in one transaction: take the statement out of them, for an index .concurrently() out of the schema, and run it by hand before, with IF NOT EXISTS in both.';

/** Reports whether the migrations result in the schema. @returns the exit code */
async function proved(
  project: Project,
  generated: Generated,
  files: readonly MigrationFile[],
): Promise<number> {
  const server = await throwAway(project);
  if (server === undefined) {
    console.log(
      'tenantry: not proven on a database: name one in database.shadowUrl, or install @tenantry/testing',
    );
    return 0;
  }
  try {
    const { failed, differences, own } = await prove(project, generated, files, server);
    if (failed !== undefined) {
      console.error(`tenantry: ${failed.file} does not run on an empty database: ${failed.said}`);
      console.error(`  ${failed.statement.split('\n').slice(0, 6).join('\n  ')}`);
      if (/transaction block/.test(failed.said)) console.error(outsideFix);
      return 1;
    }
    for (const { object, first, second } of differences) {
      console.error(
        `tenantry: ${object}\n  after the migrations  ${first ?? 'missing'}\n  by the schema         ${second ?? 'missing'}`,
      );
    }
    if (differences.length > 0) {
      console.error(
        'The migrations lead to another database than the schema: `npx tenantry generate` mends what is its own; the rest a migration changed by hand.',
      );
      return 1;
    }
    const others = own === 0 ? '' : `; ${own} objects of your own migrations were not compared`;
    console.log(`tenantry: proven: the migrations lead to the database of the schema${others}`);
    return 0;
  } finally {
    await server.end();
  }
}

function tell(files: readonly string[], { notes }: Written): void {
  if (files.length === 0) console.log('tenantry: nothing to do');
  for (const file of files) console.log(`tenantry: wrote ${relative(process.cwd(), file)}`);
  for (const note of notes) console.log(`  ${note}`);
}

function report({ parts, notes }: Written): number {
  if (parts.length === 0) {
    console.log('tenantry: the migrations are up to date');
    return 0;
  }
  console.error(`tenantry: the migrations are behind in\n  ${parts.join('\n  ')}`);
  for (const note of notes) console.error(`  ${note}`);
  console.error('Run `npx tenantry generate` and commit the migrations.');
  return 1;
}
