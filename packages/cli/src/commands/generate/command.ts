import type { Print } from '@tenantry/rls/feature';
import { type Generated, generate, type MigrationFile } from '@tenantry/rls/generate';
import type { Project } from '../../config/load-config.ts';
import { withSchema } from '../../config/read-database.ts';
import { ownCommand } from '../../kit/own-command.ts';
import { checkFolder } from './check-folder.ts';
import { checkPrefix } from './check-prefix.ts';
import { versionOf } from './drizzle-kit.ts';
import { generatePlain } from './plain/generate.ts';
import { prove, tryOut } from './prove.ts';
import { explanation, report, tell } from './say.ts';
import { hasShadow, throwAway } from './server.ts';
import { openWorkspace } from './workspace.ts';
import { type Written, writeAll } from './write.ts';

/** `tenantry generate`: the migrations around those of drizzle-kit. */
export const generateCommand = ownCommand({
  summary:
    'Write what drizzle-kit cannot as Drizzle migrations, and run drizzle-kit in between; without a Drizzle schema as SQL for any runner.',
  needs: 'config',
  options: {
    check: {
      type: 'flag',
      summary:
        'Write nothing. Exit with 1 when a migration is missing, or when the migrations lead to another database than the schema.',
    },
    'no-prove': {
      type: 'flag',
      summary: 'Run nothing on a throw-away database. Only with --check.',
    },
    explain: {
      type: 'flag',
      summary: 'Write nothing. Give the reason of each statement that would be written.',
    },
    'dry-run': { type: 'flag', summary: 'Write nothing. Print the SQL that would be written.' },
    name: {
      type: 'text',
      value: 'name',
      form: { pattern: /^[\w-]{1,60}$/, words: 'letters, digits, _ and -, 60 at most' },
      summary: 'Name the migration of the tables. Default: a name of drizzle-kit.',
    },
    'skip-drizzle-kit': { type: 'flag', summary: 'Do not run drizzle-kit generate in between.' },
  },
  async run({ project: loaded, options, print, stdout }) {
    const project = await withSchema(loaded);
    const generated = generate(project);
    for (const { code, table, found, fix } of generated.warnings) {
      print.note(`! ${code} ${table}\n  found  ${found}\n  fix    ${fix}`);
    }
    if (project.plain !== undefined) return generatePlain(project, generated, options, print);
    const looks = options.check || options['dry-run'] || options.explain;
    checkPrefix(project, versionOf(project));
    checkFolder(project.migrations);
    const workspace = openWorkspace(project);
    try {
      const written = await writeAll(project, workspace, generated, {
        name: options.name,
        skipDrizzleKit: options['skip-drizzle-kit'],
        out: looks ? undefined : stdout,
        shows: looks && !options.check,
        print,
      });
      const added = written.files.slice(written.known);
      if (options['dry-run']) for (const { text } of added) print.line(text);
      if (options.explain) print.line(explanation(added));
      if (options.check) {
        const behind = report(written, print);
        return behind === 0 && !options['no-prove']
          ? await proved(project, generated, written.files, print)
          : behind;
      }
      if (looks) return 0;
      if (!(await runs(project, written, print))) return 1;
      tell(workspace.publish(), written, print);
      return 0;
    } finally {
      workspace.remove();
    }
  },
});

/**
 * Runs the migrations when a server is configured for it; a new one that fails is not written. A failing
 * older one already exists, and is only reported.
 */
async function runs(project: Project, { files, known }: Written, print: Print): Promise<boolean> {
  if (files.length === known || !hasShadow(project)) return true;
  const server = await throwAway(project);
  if (server === undefined) return true;
  try {
    const failed = await tryOut(files, server);
    if (failed === undefined) return true;
    const isNew = files.slice(known).some(({ name }) => name === failed.file);
    print.note(
      `tenantry: ${failed.file} does not run on an empty database: ${failed.said}\n  ${failed.statement.split('\n').slice(0, 6).join('\n  ')}`,
    );
    if (/transaction block/.test(failed.said)) print.note(outsideFix);
    if (isNew) print.note('Nothing was written.');
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
  print: Print,
): Promise<number> {
  const server = await throwAway(project);
  if (server === undefined) {
    print.line(
      project.tenancy.dialect === 'citus'
        ? 'tenantry: not proven on a cluster: name its coordinator in database.shadowUrl or TEST_CITUS_URL, and install @tenantry/testing'
        : 'tenantry: not proven on a database: name one in database.shadowUrl, or install @tenantry/testing',
    );
    return 0;
  }
  try {
    const { failed, differences, own } = await prove(project, generated, files, server);
    if (failed !== undefined) {
      print.note(`tenantry: ${failed.file} does not run on an empty database: ${failed.said}`);
      print.note(`  ${failed.statement.split('\n').slice(0, 6).join('\n  ')}`);
      if (/transaction block/.test(failed.said)) print.note(outsideFix);
      return 1;
    }
    for (const { object, first, second } of differences) {
      print.note(
        `tenantry: ${object}\n  after the migrations  ${first ?? 'missing'}\n  by the schema         ${second ?? 'missing'}`,
      );
    }
    if (differences.length > 0) {
      print.note(
        'The migrations lead to another database than the schema: `npx tenantry generate` mends what is its own; the rest a migration changed by hand.',
      );
      return 1;
    }
    const others = own === 0 ? '' : `; ${own} objects of your own migrations were not compared`;
    print.line(`tenantry: proven: the migrations lead to the database of the schema${others}`);
    return 0;
  } finally {
    await server.end();
  }
}
