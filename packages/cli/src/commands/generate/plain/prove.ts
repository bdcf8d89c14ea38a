import { diagnose } from '@tenantry/rls/doctor';
import type { Print } from '@tenantry/rls/feature';
import {
  type Generated,
  generate,
  type MigrationFile,
  readMigrations,
} from '@tenantry/rls/generate';
import { readDrizzle, titleOf } from '@tenantry/rls/model';
import type { Project } from '../../../config/load-config.ts';
import { withSchema } from '../../../config/read-database.ts';
import { withConnection } from '../../doctor/connect.ts';
import { tryOut } from '../prove.ts';
import { hasShadow, type ThrowAway, throwAway } from '../server.ts';

/** Tables that the SQL files of the folder do not make: another runner does, or code. */
export function madeElsewhere(project: Project, files: readonly MigrationFile[]): string[] {
  const { columns } = readMigrations(files);
  return readDrizzle(project.schema)
    .filter((table) => !columns.hasTable(table))
    .map(titleOf);
}

/**
 * Runs the migrations on a throw-away database, where a server for it is configured.
 * @returns false when one of the new ones fails
 */
export async function runsPlain(
  project: Project,
  files: readonly MigrationFile[],
  known: number,
  print: Print,
): Promise<boolean> {
  if (files.length === known || !hasShadow(project)) return true;
  if (madeElsewhere(project, files).length > 0) return true;
  const server = await throwAway(project);
  if (server === undefined) return true;
  try {
    const failed = await tryOut(files, server);
    if (failed === undefined) return true;
    const isNew = files.slice(known).some(({ name }) => name === failed.file);
    print.note(`tenantry: ${failed.file} does not run on an empty database: ${failed.said}`);
    if (isNew) print.note('Nothing was written.');
    return !isNew;
  } finally {
    await server.end();
  }
}

/**
 * Runs all migrations on an empty database, and looks whether they lead to what is declared.
 * @returns the exit code
 */
export async function provedPlain(
  project: Project,
  generated: Generated,
  files: readonly MigrationFile[],
  print: Print,
): Promise<number> {
  const elsewhere = madeElsewhere(project, files);
  if (elsewhere.length > 0) {
    print.line(
      `tenantry: not proven on a database: no SQL file of the folder makes ${elsewhere.slice(0, 3).join(', ')}${elsewhere.length > 3 ? ` and ${elsewhere.length - 3} more` : ''}; \`npx tenantry doctor\` compares a database in which all migrations ran`,
    );
    return 0;
  }
  const server = await throwAway(project);
  if (server === undefined) {
    print.line(
      'tenantry: not proven on a database: name one in database.shadowUrl, or install @tenantry/testing',
    );
    return 0;
  }
  try {
    return await proved(project, generated, files, server, print);
  } finally {
    await server.end();
  }
}

async function proved(
  project: Project,
  generated: Generated,
  files: readonly MigrationFile[],
  server: ThrowAway,
  print: Print,
): Promise<number> {
  const url = await server.create();
  const failed = await tryOut(files, { ...server, create: async () => url });
  if (failed !== undefined) {
    print.note(`tenantry: ${failed.file} does not run on an empty database: ${failed.said}`);
    return 1;
  }
  const there = await withSchema(project, url);
  const other = changed(generated, generate(there));
  if (other.length > 0) {
    print.note(
      `tenantry: the migrations lead to other tables than the database has from which they were read, in\n  ${other.join('\n  ')}\nRun all migrations on it, and \`npx tenantry generate\`.`,
    );
    return 1;
  }
  const { tenancy, schema, directory, features, exempt } = there;
  const { findings } = await withConnection(url, (client) =>
    diagnose(client, { tenancy, schema, directory, features, exempt }),
  );
  const wrong = findings.filter(({ rule }) => /^(generated-|schema-drift)/.test(rule));
  for (const { object, found } of wrong) print.note(`tenantry: ${object}: ${found}`);
  if (wrong.length > 0) {
    print.note('The migrations lead to another database than tenantry.config.ts says.');
    return 1;
  }
  print.line('tenantry: proven: the migrations lead to the database that tenantry.config.ts says');
  return 0;
}

/** The sections that two databases do not have alike. */
function changed(first: Generated, second: Generated): string[] {
  const hashes = ({ foundation, sections }: Generated) =>
    new Map([foundation, ...sections].map(({ id, hash }) => [id, hash]));
  const [one, other] = [hashes(first), hashes(second)];
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (id) => one.get(id) !== other.get(id),
  );
}
