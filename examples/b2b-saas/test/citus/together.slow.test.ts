import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { matchesText } from '@tenantry/rls';
import {
  type CitusDatabase,
  citusUrl,
  createCitusDatabase,
  expectIsolated,
} from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application } from './application.ts';

const input = application('citus');
const { rbac, schema, tenancy } = input;

const definition = 'only a sync of the definition writes it on Citus';

describe.skipIf(citusUrl() === undefined)(
  'roles, limits, a log, numbers and searches together on Citus',
  () => {
    let database: CitusDatabase;
    let pool: ReturnType<typeof createTenantPool>;
    beforeAll(async () => {
      database = await createCitusDatabase({ migrate: (url) => applySchema(url, input) });
      const logins = await createLogins(database.url, tenancy);
      pool = createTenantPool(tenancy, {
        connectionString: logins.app,
        system: { connectionString: logins.system },
        max: 8,
      });
    }, 60_000);
    afterAll(async () => {
      await pool?.end();
      await database?.drop();
    });

    const system = <R>(fn: () => Promise<R>) =>
      tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
    const ask = async (text: string, values: unknown[] = []) =>
      (await withClient(database.url, (client) => client.query(text, values))).rows;

    async function organization() {
      const [id, owner, viewer] = [randomUUID(), randomUUID(), randomUUID()];
      await system(() =>
        pool.transaction(async (tx) => {
          await tx.query('insert into organizations (id, name) values ($1, $2)', [id, 'Acme']);
          for (const [user, role] of [
            [owner, 'owner'],
            [viewer, 'viewer'],
          ]) {
            await tx.query('insert into users (id, email) values ($1, $2)', [
              user,
              `${user}@a.test`,
            ]);
            await tx.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
              id,
              user,
            ]);
            await tx.query(
              `insert into member_roles (organization_id, user_id, role_id)
             select $1, $2, id from built_in_roles where key = $3 returning id`,
              [id, user, role],
            );
          }
        }),
      );
      const enter = <R>(user: string, fn: () => Promise<R>) =>
        pool.enter({ claim: { by: 'id', value: id }, user }, fn);
      return { id, owner, viewer, enter };
    }

    test('a member does what the role, the plan and the tenant allow, and the log has all of it', async () => {
      const { id, owner, viewer, enter } = await organization();
      const other = await organization();
      const insert = (name: string) =>
        pool.query('insert into projects (name) values ($1)', [name]);
      await enter(owner, async () => {
        for (const name of ['one', 'two', 'three']) await insert(name);
        await expect(insert('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      });
      await enter(viewer, async () => {
        expect((await pool.query('select name from projects order by name')).rows).toHaveLength(3);
        await expect(insert('mine')).rejects.toMatchObject({ code: '42501' });
        expect((await pool.query('delete from projects')).rowCount).toBe(0);
      });
      await other.enter(other.owner, async () => {
        expect((await pool.query('select name from projects')).rows).toEqual([]);
      });
      await expect(enter(other.owner, async () => 0)).rejects.toMatchObject({
        code: 'TENANT_NOT_FOUND',
      });
      const log = await ask(
        `select action, actor_id from audit_logs where organization_id = $1 and action like 'projects.%'`,
        [id],
      );
      expect(log).toEqual(Array(3).fill({ action: 'projects.inserted', actor_id: owner }));
    });

    test('thirty at once reach the limit and not more', async () => {
      const { id, owner, enter } = await organization();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) =>
          enter(owner, () => pool.query('insert into projects (name) values ($1)', [`p${i}`])),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      const numbers = 'select number from projects where organization_id = $1 order by 1';
      expect(await ask(numbers, [id])).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
    });

    test('what a member finds, and whom, is what the role and the tenant show', async () => {
      const { owner, viewer, enter } = await organization();
      const other = await organization();
      const find = (query: string) => {
        const { text, values } = matchesText(input.schema.projects.notes, query);
        return pool.query(`select name from projects where ${text}`, [...values]);
      };
      await enter(owner, async () => {
        await pool.query(
          `insert into projects (name, notes) values ('one', 'The annual report'), ('two', 'Nothing')`,
        );
        const { rows } = await pool.query('select id from users order by id');
        expect(rows.map((row) => row.id)).toEqual([owner, viewer].sort());
      });
      await enter(viewer, async () => {
        expect((await find('reports')).rows).toEqual([{ name: 'one' }]);
        expect((await pool.query('select from users')).rowCount).toBe(2);
      });
      await other.enter(other.viewer, async () => {
        expect((await find('reports')).rows).toEqual([]);
        expect((await pool.query('select from users where id = $1', [owner])).rowCount).toBe(0);
      });
    });

    test('is isolated, attacked in every shard', async () => {
      const report = await expectIsolated({
        pool,
        tenancy,
        schema,
        acceptDatabase: new URL(database.url).pathname.slice(1),
        disposable: true,
        rows: {
          role_permissions: () => ({ permission: 'projects:read' }),
          member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
          invitations: () => ({ role_id: rbac.builtInRoleId('viewer') }),
        },
        skip: {
          built_in_roles: definition,
          built_in_role_permissions: definition,
          permissions: definition,
        },
      });
      expect(report.leaks).toEqual([]);
    }, 120_000);
  },
);
