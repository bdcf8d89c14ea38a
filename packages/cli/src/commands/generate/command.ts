import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  changedSections,
  generate,
  readMigrations,
  renderMigration,
  type Section,
} from '@tenantry/rls/generate';
import { loadProject, type Project } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { generateTables, tablesChanged, writeMigration } from './drizzle-kit.ts';
import { migrationFiles, readAll } from './migrations.ts';

/** `tenantry generate`: the migrations around those of drizzle-kit. */
export const generateCommand: Command = {
  summary: 'Write what drizzle-kit cannot as Drizzle migrations, and run drizzle-kit in between.',
  options: {
    '--config <file>': 'the configuration, tenantry.config.ts unless named',
    '--check': 'write nothing; exit 1 when a migration would be written',
    '--dry-run': 'write nothing; print the SQL that would be written',
    '--name <name>':
      'the name of the migration of the tables; drizzle-kit makes one up unless named',
    '--skip-drizzle-kit': 'do not run drizzle-kit generate in between',
  },
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        check: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        name: { type: 'string' },
        'skip-drizzle-kit': { type: 'boolean', default: false },
      },
    });
    if (values.name !== undefined && !/^[\w-]{1,60}$/.test(values.name)) {
      console.error('✗ --name: use letters, digits, _ and -, 60 at most.');
      return 2;
    }
    const project = await loadProject(values.config);
    const { foundation, sections, warnings } = generate(project);
    for (const { code, table, found, fix } of warnings) {
      console.warn(`! ${code} ${table}\n  found  ${found}\n  fix    ${fix}`);
    }
    const written = readMigrations(readAll(migrationFiles(project.migrations)));
    const first = changedSections([foundation], written);
    const after = changedSections(sections, written);

    if (values['dry-run']) {
      for (const changed of [first, after]) {
        if (changed.length > 0) console.log(renderMigration(changed));
      }
    }
    if (values.check) {
      const tables = !values['skip-drizzle-kit'] && (await tablesChanged(project));
      return report([...first, ...after].map(({ id }) => id).concat(tables ? 'the tables' : []));
    }
    if (values['dry-run']) return 0;

    if (first.length > 0) await write(project, 'tenantry_foundation', first);
    if (!values['skip-drizzle-kit']) await generateTables(project, values.name);
    if (after.length > 0) await write(project, 'tenantry_isolation', after);
    if (first.length + after.length === 0) console.log('tenantry: nothing to do');
    return 0;
  },
};

async function write(project: Project, name: string, sections: readonly Section[]): Promise<void> {
  const file = await writeMigration(project, name, renderMigration(sections));
  const ids = sections.map(({ id }) => id).join(', ');
  console.log(`tenantry: wrote ${relative(process.cwd(), file)} (${ids})`);
}

function report(changed: readonly string[]): number {
  if (changed.length === 0) {
    console.log('tenantry: the migrations are up to date');
    return 0;
  }
  console.error(`tenantry: the migrations are behind in\n  ${changed.join('\n  ')}`);
  console.error('Run `npx tenantry generate` and commit the migrations.');
  return 1;
}
