import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { generate, type MigrationFile, missing, readMigrations } from '@tenantry/rls/generate';
import { readDrizzle } from '@tenantry/rls/model';
import type { Project } from '../../config/load-config.ts';
import { withSchema } from '../../config/read-database.ts';
import { ownCommand } from '../../kit/own-command.ts';
import { styleOf } from '../../terminal/style.ts';
import { migrationFiles, readAll } from '../generate/migrations.ts';
import { openFolder } from '../generate/plain/folder.ts';
import { lookAround, type Surroundings } from './detect.ts';

/** `tenantry info`: what is installed and configured, for a bug report. */
export const infoCommand = ownCommand({
  summary: 'Show what is installed and configured, for a look or for a bug report.',
  needs: 'none',
  options: {
    config: {
      type: 'text',
      value: 'file',
      summary: 'Read this configuration. Default: tenantry.config.ts, if there is one.',
    },
  },
  json: true,
  async run({ options: { config }, print, loadProject }) {
    const around = lookAround(config === undefined ? process.cwd() : dirname(resolve(config)));
    const hasProject = config !== undefined || existsSync('tenantry.config.ts');
    const info = {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      packageManager: around.packageManager,
      frameworks: around.frameworks,
      versions: around.versions,
      project: hasProject ? ofProject(await asFarAsKnown(await loadProject(config))) : null,
    };
    print.result(info, () => print.line(text(info, around)));
  },
});

/** Without a Drizzle schema the tables are in the database, which may not answer. */
const asFarAsKnown = (project: Project): Promise<Project> =>
  withSchema(project).catch(() => project);

/** The configuration, without connection strings. */
function ofProject(project: Project) {
  const { tenancy, schema, casing, features, migrations } = project;
  const kinds: Record<string, number> = {};
  for (const { isolation } of readDrizzle(schema, casing)) {
    if (isolation !== undefined) kinds[isolation] = (kinds[isolation] ?? 0) + 1;
  }
  const files =
    project.plain === undefined ? readAll(migrationFiles(migrations)) : openFolder(project).files;
  return {
    tenant: tenancy.tenant,
    id: tenancy.id,
    column: tenancy.column,
    setting: tenancy.setting,
    context: tenancy.context,
    roles: tenancy.roles,
    directory: (project.directory ?? project.plain?.directory) !== undefined,
    features: features.map(({ name }) => name),
    schemaFiles: project.schemaFiles.map((file) => relative(process.cwd(), file)),
    tables: kinds,
    migrations: files.length,
    behind: behind(project, files),
  };
}

/** The sections that the migrations lack; null when the schema is invalid. */
function behind(project: Project, migrations: readonly MigrationFile[]): readonly string[] | null {
  try {
    const { foundation, sections } = generate(project);
    const lacks = missing([foundation, ...sections], readMigrations(migrations));
    return lacks.sections.map(({ id }) => id);
  } catch {
    return null;
  }
}

interface Info {
  readonly node: string;
  readonly platform: string;
  readonly packageManager: string;
  readonly frameworks: readonly string[];
  readonly versions: Surroundings['versions'];
  readonly project: ReturnType<typeof ofProject> | null;
}

function text(info: Info, around: Surroundings): string {
  const { bold, dim } = styleOf(process.stdout);
  const line = (label: string, value: string) => `  ${label.padEnd(24)}${value}`;
  const installed = Object.entries(info.versions).flatMap(([name, version]) =>
    version === undefined ? [] : [line(name, version)],
  );
  const { project } = info;
  return [
    bold('Here'),
    line('node', `${info.node}, ${info.platform}`),
    line('package manager', info.packageManager),
    line('framework', info.frameworks.join(', ') || dim('none that is known')),
    '',
    bold('Installed'),
    ...(installed.length === 0 ? [dim('  nothing of Tenantry or Drizzle')] : installed),
    '',
    bold('Configuration'),
    ...(project === null
      ? [dim(`  no tenantry.config.ts in ${around.folder}; \`tenantry init\` writes one`)]
      : [
          line(
            'tenant',
            `${project.tenant}: column ${project.column} ${project.id}, setting ${project.setting}`,
          ),
          line('roles', `${project.roles.app}, ${project.roles.system}`),
          line('context', project.context),
          line('directory', project.directory ? 'yes' : 'none: requests cannot enter'),
          line('features', project.features.join(', ') || 'none'),
          line('schema', project.schemaFiles.join(', ')),
          line(
            'tables',
            Object.entries(project.tables)
              .map(([kind, n]) => `${n} ${kind}`)
              .join(', '),
          ),
          line('migrations', migrationsText(project)),
        ]),
  ].join('\n');
}

function migrationsText({ migrations, behind }: NonNullable<Info['project']>): string {
  if (behind === null)
    return `${migrations}; \`tenantry generate\` says what is wrong in the schema`;
  return behind.length === 0
    ? `${migrations}, up to date`
    : `${migrations}, behind in ${behind.length} sections: run \`tenantry generate\``;
}
