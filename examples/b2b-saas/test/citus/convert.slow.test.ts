import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { distribute } from '@tenantry/rls/distribution';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { describe, expect, test } from 'vitest';
import { application } from './application.ts';
import { catalogueOf } from './catalogue.ts';

// a role of its own: on one server nobody may log in as it, on Citus a node does
const writer = 'audit_writer_of_conversions';
const plain = application('postgres', writer);
const app = application('citus', writer);

/** The pool of an application, and how it is used. */
async function serve(url: string, { tenancy }: typeof plain) {
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 4,
  });
  return {
    pool,
    system: <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn),
    enter: <R>(organization: string, user: string, fn: () => Promise<R>) =>
      pool.enter({ claim: { by: 'id', value: organization }, user }, fn),
  };
}
type Served = Awaited<ReturnType<typeof serve>>;

interface Organization {
  readonly id: string;
  readonly owner: string;
  readonly editor: string;
  readonly viewer: string;
}

async function organization({ pool, system }: Served): Promise<Organization> {
  const made = {
    id: randomUUID(),
    owner: randomUUID(),
    editor: randomUUID(),
    viewer: randomUUID(),
  };
  await system(() =>
    pool.transaction(async (tx) => {
      await tx.query('insert into organizations (id, name) values ($1, $2)', [made.id, 'Acme']);
      for (const role of ['owner', 'editor', 'viewer'] as const) {
        const user = made[role];
        await tx.query('insert into users (id, email) values ($1, $2)', [user, `${user}@a.test`]);
        await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
          made.id,
          user,
        ]);
        await tx.query(
          `insert into member_roles (organization_id, user_id, role_id)
           select $1, $2, id from built_in_roles where key = $3 returning id`,
          [made.id, user, role],
        );
      }
    }),
  );
  return made;
}

const database = (of: typeof plain) =>
  createCitusDatabase({
    async migrate(url) {
      await withClient(url, (client) =>
        client.query(
          `do $$ begin if exists (select from pg_roles where rolname = '${writer}') then alter role ${writer} nologin; end if; end $$`,
        ),
      );
      return applySchema(url, of);
    },
  });

describe.skipIf(citusUrl() === undefined)(
  'a live database of one server becomes one of Citus',
  () => {
    test('what is there afterwards is what a new database has', async () => {
      const [fresh, converted] = [await database(app), await database(plain)];
      try {
        const wanted = await withClient(fresh.url, catalogueOf);
        const found = await withClient(converted.url, async (client) => {
          await distribute(client, app);
          return catalogueOf(client);
        });
        expect(found).toEqual(wanted);
      } finally {
        await fresh.drop();
        await converted.drop();
      }
    }, 120_000);

    test('with roles, limits and a log: everything is as it was, and goes on', async () => {
      const live = await database(plain);
      const on = await serve(live.url, plain);
      try {
        const organizations: Organization[] = [];
        for (let i = 0; i < 20; i++) {
          const one = await organization(on);
          organizations.push(one);
          for (const name of ['a', 'b']) {
            await on.enter(one.id, one.editor, () =>
              on.pool.query('insert into projects (name) values ($1)', [name]),
            );
          }
          if (i === 10) console.log(await on.system(() => plain.audit.seal(on.pool)));
        }
        console.log(await on.system(() => plain.audit.verify(on.pool)));
        await on.pool.end();
        await withClient(live.url, async (client) => {
          console.time('distribute');
          console.log(await distribute(client, app));
          console.timeEnd('distribute');
        });
        const after = await serve(live.url, app);
        try {
          console.log(await after.system(() => app.audit.verify(after.pool)));
          for (let i = 0; i < 5; i++)
            console.log(await after.system(() => app.audit.seal(after.pool)));
          console.log(await after.system(() => app.audit.verify(after.pool)));
        } finally {
          await after.pool.end();
        }
      } finally {
        await live.drop();
      }
    }, 120_000);
  },
);
