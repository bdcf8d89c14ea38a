import type { Tenancy } from '@tenantry/core';
import { adoptionState } from './back.ts';
import type { AdoptConnection } from './connection.ts';

/**
 * What adoption has done here and no other migration says, as SQL for every other database: tenant columns,
 * and foreign keys without the tenant, policies and views that it has replaced. It changes nothing where
 * adoption has done it.
 * @returns undefined when there is nothing
 * @example
 * ```ts
 * const sql = await adoptionMigration(client, tenancy);
 * if (sql !== undefined) writeFileSync('migrations/0007_tenantry_adopt.sql', sql);
 * ```
 */
export async function adoptionMigration(
  connection: AdoptConnection,
  tenancy: Tenancy,
): Promise<string | undefined> {
  const all = await adoptionState(connection, tenancy);
  const steps = all.filter(({ done, migration }) => done && migration.length > 0);
  if (steps.length === 0) return undefined;
  const parts = steps.map(({ table, step, migration }) =>
    [`-- ${step} of ${table}`, ...migration.map(ended)].join('\n'),
  );
  return `${['-- What `npx tenantry adopt` has done, for every other database.', ...parts].join('\n\n')}\n`;
}

const ended = (statement: string): string => `${statement.trim().replace(/;$/, '')};`;
