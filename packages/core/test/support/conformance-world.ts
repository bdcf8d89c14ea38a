import type { ConformanceWorld } from '@tenantry/testing/conformance';
import type { TenantPool } from '../../src/index.ts';
import { ada, bob, type CoreDatabase } from './database.ts';

/** The two organizations of the core database, as the conformance suites want them. */
export function conformanceWorld(database: CoreDatabase, pool: TenantPool): ConformanceWorld {
  const names = async (sql: string, values?: unknown[]) =>
    (await pool.query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
  return {
    tenants: [
      { claim: 'acme', user: ada, rows: ['Anvil', 'Rocket'] },
      { claim: 'globex', user: bob, rows: ['Reactor'] },
    ],
    unknownClaim: 'nobody',
    read: () => names(`select name from projects where name not like 'written%'`),
    readSlowly: (milliseconds) =>
      names(`select name from projects, (select pg_sleep($1)) nap where name not like 'written%'`, [
        milliseconds / 1000,
      ]),
    write: (text) => pool.query('insert into projects (name) values ($1)', [text]),
    isWritten: async (text) =>
      (await database.ask('select from projects where name = $1', [text])).length === 1,
  };
}
