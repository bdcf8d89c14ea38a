import { describe, expect, test } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import { acme, ada, bob, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 3 });
const system = { reason: 'a test', actor: 'tests' };
const tenants = async () => {
  const { rows } = await pool.query(
    'select distinct organization_id as id from projects order by 1',
  );
  return rows.map(({ id }) => id);
};
const actorOf = async () =>
  (await pool.query(`select current_setting('app.actor', true) as actor`)).rows[0].actor;
const refused = async (promise: Promise<unknown>, found: string) => {
  const error = await failure(promise);
  expect(error).toMatchObject({ code: 'TENANT_SWITCH_REFUSED', status: 500 });
  expect(error.message).toContain(found);
};

describe('inside the scope of a tenant', () => {
  test('the same tenant is fine, and keeps the actor', async () => {
    await tenancy.run({ organizationId: acme, user: ada, requestId: 'r-1' }, async () => {
      expect(await tenancy.run(acme, tenants)).toEqual([acme]);
      expect(await tenancy.run(acme.toUpperCase(), () => tenancy.current())).toMatchObject({
        organizationId: acme,
        user: ada,
        requestId: 'r-1',
      });
      expect(await tenancy.run({ organizationId: acme, user: ada }, actorOf)).toBe(
        `{"user":"${ada}","requestId":"r-1"}`,
      );
    });
  });

  test('another tenant is refused, and named by its word only', async () => {
    await tenancy.run(acme, async () => {
      await refused(tenancy.run(globex, tenants), 'a second organization inside the scope of one');
      expect((await failure(tenancy.run(globex, tenants))).message).not.toContain(globex);
      expect(await tenants()).toEqual([acme]);
    });
  });

  test('another actor is refused', async () => {
    await tenancy.run({ organizationId: acme, user: ada }, async () => {
      for (const other of [{ user: bob }, { user: ada, onBehalfOf: bob }, { ip: '::1' }]) {
        await refused(tenancy.run({ organizationId: acme, ...other }, tenants), 'another actor');
      }
    });
  });

  test('entering is refused, also into the same tenant', async () => {
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada };
    await tenancy.run(acme, () => refused(pool.enter(entry, tenants), 'enter()'));
    const token = await tenancy.run(acme, () => tenancy.capture());
    await tenancy.run(acme, () => refused(pool.resume(token, tenants), 'enter()'));
  });

  test('another tenancy of the process is refused, and its pools too', async () => {
    const workspaces = defineTenancy({ tenant: 'workspace', id: 'uuid' });
    await tenancy.run(acme, async () => {
      await refused(
        workspaces.run(acme, () => {}),
        'a second workspace',
      );
    });
    const error = await failure(workspaces.run(acme, tenants));
    expect(error).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    expect(error.message).toContain('app.workspace_id');
  });

  test('system work sees all, and afterwards the tenant is back', async () => {
    await tenancy.run({ organizationId: acme, user: ada }, async () => {
      expect(await tenancy.asSystem(system, tenants)).toEqual([globex, acme].sort());
      expect(await tenancy.asSystem(system, actorOf)).toBe('{"system":"tests","reason":"a test"}');
      expect(await tenants()).toEqual([acme]);
      expect(await actorOf()).toBe(`{"user":"${ada}"}`);
      expect(tenancy.current().organizationId).toBe(acme);
    });
  });

  test('system work may go on for another tenant, in a scope of that tenant', async () => {
    await tenancy.run(acme, () =>
      tenancy.asSystem(system, async () => {
        expect(() => tenancy.current()).toThrow('a system scope');
        expect(await tenancy.run(globex, tenants)).toEqual([globex]);
        expect(
          await pool.enter({ claim: { by: 'slug', value: 'globex' }, user: bob }, tenants),
        ).toEqual([globex]);
      }),
    );
  });
});

describe('system work', () => {
  test('needs a reason and an actor', async () => {
    for (const entry of [
      {},
      { reason: 'x' },
      { actor: 'x' },
      { reason: '', actor: 'x' },
      { reason: 'a\0', actor: 'x' },
      { reason: 'x'.repeat(201), actor: 'x' },
      undefined,
    ]) {
      const error = await failure(tenancy.asSystem(entry as typeof system, tenants));
      expect(error).toMatchObject({ code: 'SYSTEM_REASON_MISSING' });
    }
  });

  const write = `update projects set stars = stars where name = 'Rocket'`;
  const attempts: Record<string, readonly string[]> = {
    'a write': [write],
    'a transaction': ['begin', write],
    'BEGIN READ WRITE': ['begin read write', write],
    'SET TRANSACTION before the first statement': ['begin', 'set transaction read write', write],
    'SET TRANSACTION after it': ['begin', 'select 1', 'set transaction read write', write],
    'SET LOCAL': ['begin', 'set local transaction_read_only = off', write],
    set_config: ['begin', `select set_config('transaction_read_only', 'off', true)`, write],
    'a savepoint': ['begin', 'savepoint a', 'set transaction read write', write],
    'a writing CTE': [`with w as (${write} returning 1) select * from w`],
  };
  test.each(Object.entries(attempts))('without `write` refuses %s', async (_, statements) => {
    await tenancy.asSystem(system, async () => {
      const client = await pool.connect();
      const outcomes: unknown[] = [];
      for (const statement of statements) {
        outcomes.push(await client.query(statement).catch((error) => error.code));
      }
      expect(outcomes.at(-1)).toMatch(/^(25006|25P02)$/);
      await client.query('rollback');
      client.release();
    });
  });

  test('inside system work has rights of its own', async () => {
    await tenancy.asSystem({ ...system, write: true }, async () => {
      await tenancy.asSystem({ ...system, actor: 'inner' }, async () => {
        expect(await failure(pool.query(write))).toMatchObject({ code: '25006' });
        expect(await actorOf()).toContain('inner');
      });
      expect((await pool.query(write)).rowCount).toBe(1);
    });
  });
});

describe('what is said of an actor is checked', () => {
  test.each([
    { user: '' },
    { user: 'x'.repeat(201) },
    { user: 'line\nbreak' },
    { user: 7 },
    { ip: '999.1.1.1' },
    { ip: 'localhost' },
    { requestId: 'a\u007f' },
    { onBehalfOf: null },
  ])('%j', async (actor) => {
    const entry = { organizationId: acme, ...actor } as { organizationId: string };
    expect(await failure(tenancy.run(entry, () => {}))).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test.each([
    '',
    'acme',
    `${acme} `,
    `${acme}'`,
    `{${acme}}`,
    null,
    undefined,
    7,
    [acme],
    { toString: () => acme },
  ])('and so is the id %j', async (id) => {
    const error = await failure(tenancy.run(id as string, () => {}));
    expect(error).toMatchObject({ code: 'TENANT_ID_MALFORMED', status: 400 });
  });

  test('what an actor says stays data', async () => {
    const user = `"}', true), set_config('role','system`;
    const seen = await tenancy.run({ organizationId: acme, user }, actorOf);
    expect(JSON.parse(seen)).toEqual({ user });
  });
});
