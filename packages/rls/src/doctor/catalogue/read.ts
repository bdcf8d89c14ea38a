import { TenantryError } from '@tenantry/core';
import { readCatalogue } from '../../model/read-catalogue.ts';
import { readCitus } from './citus/read.ts';
import type { Catalogue, RoleFacts, ServerFacts } from './model.ts';
import { functionsSql, triggersSql, viewsSql } from './sql/code.ts';
import { indexesSql, sequencesSql } from './sql/indexes.ts';
import { allRolesSql, rolesSql, serverSql, settingsSql } from './sql/roles.ts';
import { defaultRightsSql, publicationsSql, schemasSql } from './sql/surroundings.ts';

/** The connection of doctor: a client of pg, outside a transaction. */
export interface DoctorConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** The oldest server that Tenantry supports: PostgreSQL 15. */
const oldest = 150_000;

/** The catalogue, and its parts that this login may not read. */
export interface ReadCatalogue {
  readonly catalogue: Catalogue;
  readonly unseen: readonly string[];
}

/**
 * Reads the catalogue with a few set-based queries, inside a transaction of the caller: repeatable read,
 * so that all queries see one snapshot, and read only.
 * @param also roles whose attributes are read on every node of Citus, besides those of `role`
 * @throws TenantryError `DOCTOR_SERVER_TOO_OLD`
 */
export async function readEverything(
  connection: DoctorConnection,
  role: string,
  logins: readonly string[],
  also: readonly string[] = [],
): Promise<ReadCatalogue> {
  await checkVersion(connection);
  const unseen: string[] = [];
  const part = async <T>(name: string, text: string, values: unknown[] = []): Promise<T[]> => {
    await connection.query('savepoint tenantry_doctor');
    try {
      return (await connection.query(text, values)).rows as T[];
    } catch (error) {
      // some managed services restrict parts of the catalogue
      if ((error as { code?: unknown }).code !== '42501') throw error;
      await connection.query('rollback to savepoint tenantry_doctor');
      unseen.push(`${name}: ${(error as Error).message}`);
      return [];
    } finally {
      await connection.query('release savepoint tenantry_doctor').catch(() => {});
    }
  };
  const [server] = await part<ServerFacts>('the server', serverSql, [role]);
  if (server === undefined)
    throw new TenantryError('DOCTOR_CATALOGUE_CLOSED', { found: unseen.join('; ') });
  const roles = await part<RoleFacts>('roles', rolesSql, [[role, ...logins]]);
  const { tables, policies } = await readCatalogue(
    (text, values, what) => part(what, text, values),
    role,
  );
  const catalogue: Catalogue = {
    server,
    role: roles.find(({ name }) => name === role),
    logins: roles.filter(({ name }) => name !== role),
    settings: await part('settings of roles', settingsSql, [[role, ...logins]]),
    schemas: await part('schemas', schemasSql, [role]),
    tables,
    policies,
    constraints: tables.flatMap((table) =>
      table.constraints.filter(({ kind }) => kind !== 'check'),
    ),
    indexes: await part('indexes', indexesSql),
    functions: await part('functions', functionsSql, [role]),
    views: await part('views', viewsSql, [role]),
    triggers: await part('triggers', triggersSql),
    sequences: await part('sequences', sequencesSql, [role]),
    defaultRights: await part('default rights', defaultRightsSql),
    publications: await part('publications', publicationsSql),
    roles: await part('all roles', allRolesSql),
    citus: server.citus ? await readCitus(part, [role, ...also], unseen) : undefined,
  };
  return { catalogue, unseen };
}

async function checkVersion(connection: DoctorConnection): Promise<void> {
  const { rows } = await connection.query(
    "select current_setting('server_version_num')::int as num, current_setting('server_version') as text",
  );
  const { num, text } = rows[0] as { num: number; text: string };
  if (num >= oldest) return;
  throw new TenantryError('DOCTOR_SERVER_TOO_OLD', { found: `PostgreSQL ${text}` });
}
