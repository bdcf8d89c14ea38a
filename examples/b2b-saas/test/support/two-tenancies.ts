import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool } from '@tenantry/core';
import { diagnose, type Finding } from '@tenantry/rls/doctor';
import { applySchema, createLogins, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type Whole, type WholeApplication, wholeApplication } from './whole-application.ts';

const contextSecret = 'a secret of the tests, long enough for a signature';

/** One of the applications of a database, with its pool and two tenants of an owner each. */
export interface Side extends WholeApplication {
  readonly pool: TenantPool;
  readonly tables: (name: string) => string;
  readonly tenants: Readonly<Record<'acme' | 'globex', { id: string; owner: string }>>;
  /** What doctor finds with this application's configuration; infos are left out. */
  readonly findings: (exempt?: Readonly<Record<string, string>>) => Promise<readonly Finding[]>;
}

/** Two whole applications in one database. @param given what the second one has of its own */
export async function twoTenancies(
  context: 'plain' | 'signed',
  given: Pick<Whole, 'tenant' | 'roles'>,
) {
  const { url } = await testDatabase();
  const made: Whole[] = [
    { tenant: 'organization', context },
    { ...given, context, schema: 'workspaces_tenancy', prefix: 'ws_' },
  ];
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  const pools: TenantPool[] = [];
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await admin.end();
  });
  const sides: Side[] = [];
  for (const whole of made) {
    const application = wholeApplication(whole);
    const { tenancy, schema, directory, features } = application;
    await applySchema(url, application);
    const logins = await createLogins(url, tenancy);
    if (context === 'signed')
      await admin.query(`select ${tenancy.schema}.set_context_secret($1)`, [contextSecret]);
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      ...(context === 'signed' && { contextSecret }),
    });
    pools.push(pool);
    const tables = (name: string) => `${whole.prefix ?? ''}${name}`;
    const tenantOf = async (slug: string) => {
      const [id, owner] = [randomUUID(), randomUUID()];
      await withClient(url, (client) =>
        runAll(client, [
          'begin',
          `insert into ${tables('tenants')} (id, slug) values ('${id}', '${slug}')`,
          `insert into ${tables('users')} (id, email) values ('${owner}', '${slug}@example.com')`,
          `insert into ${tables('memberships')} (${tenancy.column}, user_id) values ('${id}', '${owner}')`,
          `insert into ${tables('member_roles')} (${tenancy.column}, user_id, role_id) select '${id}', '${owner}', id from ${tables('built_in_roles')} where key = 'owner'`,
          'commit',
        ]),
      );
      return { id, owner };
    };
    sides.push({
      ...application,
      pool,
      tables,
      tenants: { acme: await tenantOf('acme'), globex: await tenantOf('globex') },
      findings: (exempt) =>
        withClient(url, async (client) => {
          const { findings, unseen } = await diagnose(client, {
            tenancy,
            schema,
            directory,
            features,
            exempt,
          });
          if (unseen.length > 0) throw new Error(unseen.join('\n'));
          return findings.filter(({ severity }) => severity !== 'info');
        }),
    });
  }
  return { url, admin, sides: sides as [Side, Side] };
}
