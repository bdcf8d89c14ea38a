import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openDatabase } from '../../src/database.ts';
import { loginUrls, prepareLogins } from '../../src/demo/prepare.ts';
import { rbac } from '../../src/rbac.ts';
import * as schema from '../../src/schema/lite.ts';
import { signToken } from '../../src/session.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';
import { password } from './world.ts';

const secret = 'a secret of the tests, of 32 characters';
const people = ['owner', 'guest'] as const;

/** Makes the tables of the lite variant in an empty database, and the logins. */
export async function prepareLite(empty: string) {
  await applySchema(empty, { ...config, schema });
  return prepareLogins(empty, password);
}

/** The application on the lite variant, in a database of this test file. */
export async function liteWorld() {
  const { url } = await testDatabase({ key: 'workspaces-lite', migrate: prepareLite });
  const database = openDatabase(loginUrls(url, password));
  const app = createApp({ ...database, secret, rootDomain: 'docs.localhost', variant: 'lite' });
  afterAll(async () => {
    await app.close();
    await database.pool.end();
  });

  /** A tenant with an owner, two projects, and a guest who edits the first of them. */
  async function make(slug: string) {
    const made = await tenancy.asSystem({ reason: 'seed', actor: 'seed', write: true }, () =>
      database.db.transaction(async (tx) => {
        const [tenant] = await tx.insert(schema.tenants).values({ name: slug, slug }).returning();
        const tenantId = tenant?.id as string;
        const rows = people.map((displayName) => ({
          tenantId,
          email: `${displayName}@example.com`,
          displayName,
        }));
        const [owner, guest] = (await tx.insert(schema.users).values(rows).returning()).map(
          ({ id }) => id,
        ) as [string, string];
        const [project, other] = (
          await tx
            .insert(schema.projects)
            .values([
              { tenantId, name: 'Office move' },
              { tenantId, name: 'Payroll' },
            ])
            .returning()
        ).map(({ id }) => id) as [string, string];
        await rbac.members.add(tx, { tenantId, user: owner, role: 'owner' });
        await rbac.members.add(tx, { tenantId, user: guest });
        const on = { type: 'projects', id: project };
        await rbac.members.assign(tx, { tenantId, user: guest, role: 'editor', on });
        return { tenantId, users: { owner, guest }, project, other };
      }),
    );
    return {
      ...made,
      enter: <T>(person: (typeof people)[number], work: () => Promise<T>) =>
        database.pool.enter(
          { claim: { by: 'id', value: made.tenantId }, user: made.users[person] },
          work,
        ),
      /** `send('owner', 'POST /api/projects', { name: 'Payroll' })` */
      async send(person: (typeof people)[number], what: string, body?: object) {
        const [method, path] = what.split(' ') as ['GET' | 'POST', string];
        const answer = await app.inject({
          method,
          url: path,
          headers: {
            authorization: `Bearer ${await signToken(made.users[person], secret)}`,
            'x-tenant': slug,
          },
          ...(body && { payload: body }),
        });
        return { status: answer.statusCode, json: answer.body === '' ? null : answer.json() };
      },
    };
  }
  return { ...database, make };
}
