import type { Tenancy } from '@tenantry/core';
import { withClient } from '../sql/client.ts';

/** The URLs of two logins: one serves tenants, the other does system work. */
export interface Logins {
  readonly app: string;
  readonly system: string;
}

/**
 * Creates two logins on a test server, or finds them: `tenantry_test_app`, a member of the app role, and
 * `tenantry_test_system`, a member of the system role; neither owns anything.
 *
 * @param url a login that may create roles; the roles of the tenancy must exist
 * @example
 * ```ts
 * const logins = await createLogins(database.url, tenancy);
 * const pool = createTenantPool(tenancy, {
 *   connectionString: logins.app,
 *   system: { connectionString: logins.system },
 * });
 * ```
 */
export async function createLogins(url: string, { roles }: Tenancy): Promise<Logins> {
  const logins = { app: roles.app, system: roles.system };
  const made = Object.entries(logins).map(async ([kind, role]) => {
    const login = role === kind ? `tenantry_test_${kind}` : `tenantry_test_${kind}_${role}`;
    await withClient(url, async (client) => {
      const quoted = client.escapeIdentifier(login);
      // Roles belong to the whole server, and test files on other databases create them concurrently. The
      // second one waits on the index of roles and then finds the login.
      await client.query(`
        do $$ begin
          if not exists (select from pg_roles where rolname = ${client.escapeLiteral(login)}) then
            create role ${quoted} login password 'test' noinherit;
            grant ${client.escapeIdentifier(role)} to ${quoted};
          end if;
        exception when duplicate_object or unique_violation then null;
        end $$`);
    });
    const own = new URL(url);
    own.username = login;
    own.password = 'test';
    return [kind, own.href];
  });
  return Object.fromEntries(await Promise.all(made)) as unknown as Logins;
}
