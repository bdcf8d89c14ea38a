import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from '@tenantry/rls/generate';
import { loadProject } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { openWorkspace } from './workspace.ts';
import { type Written, writeAll } from './write.ts';

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
    const generated = generate(project);
    for (const { code, table, found, fix } of generated.warnings) {
      console.warn(`! ${code} ${table}\n  found  ${found}\n  fix    ${fix}`);
    }
    const looks = values.check || values['dry-run'];
    const workspace = openWorkspace(project);
    try {
      const written = await writeAll(project, workspace, generated, {
        name: values.name,
        skipDrizzleKit: values['skip-drizzle-kit'],
        looks,
      });
      if (values['dry-run']) for (const text of written.texts) console.log(text);
      if (values.check) return report(written);
      if (looks) return 0;
      tell(workspace.publish(), written);
      return 0;
    } finally {
      workspace.remove();
    }
  },
};

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
