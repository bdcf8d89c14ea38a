import { testDatabase } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import * as schema from './fixtures/fixed-columns.ts';
import { tenancy } from './fixtures/schema.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { testLogin } from './support/login.ts';
import { asSystem, asTenant, inContext, setContext, sqlState, undone } from './support/scope.ts';
import { acme, globex } from './support/seed.ts';

const { url } = await testDatabase();
const root = await connect(url);
const id = acme.project;
const stored = `'${acme.id}', '${id}', 'one', 1.50, 0.1::float8 + 0.2, '1 month', '{"a": 1}', '{"a":  1}', '(1,2)', 'Straße', '2026-01-02 03:04:05.678901Z'`;

await root.query(
  `create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
);
await applySchema(url, {
  tenancy,
  schema,
  rewrite: (statement) => statement.replace('"word" text', '"word" text collate folded'),
});
await root.query(
  `insert into organizations (id, name) values ('${acme.id}', 'Acme'), ('${globex.id}', 'Globex')`,
);
await root.query(
  `insert into accounts (organization_id, id, name, exact, rough, span, document, text, place, word, at) values (${stored})`,
);
await root.query(`insert into stars values ('${acme.id}', '${acme.user}')`);
await root.query(`insert into numbered (organization_id, note) values ('${acme.id}', 'n')`);
await root.query(`insert into lines (id, account_id) values ('${acme.task}', '${id}')`);
await root.query(`insert into entries values ('${acme.id}', '${acme.task}', '${id}')`);

const { url: loginUrl } = await testLogin(url, ['app', 'system']);
const app = await connect(loginUrl);
const asAcme = (text: string) => inContext(app, asTenant(acme.id), () => app.query(text));

/** What the error of a refused statement says, as pg gives it. */
const refusal = (text: string) =>
  asAcme(text).then(
    (result) => ({ rows: result.rowCount }),
    ({ code, column, table, schema: of }) => ({ code, column, table, schema: of }),
  );
const refused = (table: string, column: string) => ({
  code: '42501',
  column,
  table,
  schema: 'public',
});

describe('values that a statement repeats', () => {
  test.each([
    [
      'the tenant and the id',
      `update accounts set organization_id = '${acme.id}', id = '${id}', name = 'x'`,
    ],
    [
      'every column by itself',
      'update accounts set (organization_id, id, exact, rough, span, document, text, place, word, at) = (select a.organization_id, a.id, a.exact, a.rough, a.span, a.document, a.text, a.place, a.word, a.at from accounts a)',
    ],
    [
      'every column from text',
      `update accounts set exact = '1.50', rough = '0.30000000000000004', span = '1 mon', document = '{"a":1}', text = '{"a":  1}', place = '(1,2)', word = 'Straße', at = '2026-01-02T03:04:05.678901+00:00'`,
    ],
    ['the tenant by its default', 'update accounts set organization_id = default'],
    [
      'an upsert',
      `insert into accounts (organization_id, id, name) values ('${acme.id}', '${id}', 'y') on conflict (organization_id, id) do update set organization_id = excluded.organization_id, id = excluded.id, name = excluded.name`,
    ],
    [
      'a merge',
      `merge into accounts a using (values ('${id}'::uuid)) s (id) on a.id = s.id when matched then update set id = s.id, organization_id = a.organization_id, name = 'z'`,
    ],
    [
      'a row all of which is its key',
      `insert into stars values ('${acme.id}', '${acme.user}') on conflict (organization_id, user_id) do update set user_id = excluded.user_id`,
    ],
    [
      'the id of a tenant',
      `update organizations set id = '${acme.id}', plan = 'free', name = 'Acme'`,
    ],
    [
      'the id of a child without a tenant column',
      `update lines set id = '${acme.task}', body = 'b'`,
    ],
  ])('%s', async (_, text) => {
    expect(await refusal(text)).toEqual({ rows: 1 });
  });
});

describe('values that a statement changes', () => {
  test.each([
    ['accounts', 'organization_id', `'${globex.id}'`],
    ['accounts', 'id', 'gen_random_uuid()'],
    ['accounts', 'exact', '1.5'],
    ['accounts', 'rough', '0.3'],
    ['accounts', 'rough', 'null'],
    ['accounts', 'span', `'30 days'`],
    ['accounts', 'document', `'{"a": 1.0}'`],
    ['accounts', 'text', `'{"a": 1}'`],
    ['accounts', 'place', `'(1,3)'`],
    ['accounts', 'word', `'STRAßE'`],
    ['accounts', 'at', `'2026-01-02 03:04:05.678Z'`],
    ['stars', 'user_id', 'gen_random_uuid()'],
    ['organizations', 'id', `'${globex.id}'`],
    ['organizations', 'plan', `'enterprise'`],
    ['lines', 'id', 'gen_random_uuid()'],
  ])('%s.%s = %s is refused, and the column is named', async (table, column, value) => {
    expect(await refusal(`update ${table} set ${column} = ${value}`)).toEqual(
      refused(table, column),
    );
  });

  test('though equality of the type says that they are the same', async () => {
    const { rows } = await root.query(
      `select exact = 1.5 and span = '30 days' and document = '{"a": 1.0}' and word = 'STRAßE' as equal from accounts`,
    );
    expect(rows).toEqual([{ equal: true }]);
  });

  test('no setting of the session makes two values look alike', async () => {
    const set = (text: string) =>
      refusal(`select set_config('extra_float_digits', '-15', true); ${text}`);
    expect(await set('update accounts set rough = 0.3')).toEqual(refused('accounts', 'rough'));
  });

  test.each([
    [
      'upsert',
      `insert into accounts (organization_id, id, name) values ('${acme.id}', '${id}', 'y') on conflict (organization_id, id) do update set id = gen_random_uuid()`,
    ],
    [
      'merge',
      `merge into accounts a using (values (1)) s (n) on true when matched then update set id = gen_random_uuid()`,
    ],
    [
      'one row of several',
      `update accounts set id = case when name is null then id else gen_random_uuid() end`,
    ],
  ])('by %s', async (_, text) => {
    expect(await refusal(text)).toEqual(refused('accounts', 'id'));
  });

  test('the first column in the order tenant, key, read-only is named, with what to do', async () => {
    const error = await asAcme(
      `update accounts set exact = 7, id = gen_random_uuid(), organization_id = '${globex.id}'`,
    ).catch((e) => e);
    expect(error.message).toBe(
      'permission denied to change column "organization_id" of table "accounts"',
    );
    expect(error.hint).toContain('keeps its tenant');
    const plan = await asAcme(`update organizations set plan = 'pro'`).catch((e) => e);
    expect(plan.hint).toContain('Only the system role');
    const key = await asAcme('update accounts set id = gen_random_uuid()').catch((e) => e);
    expect(key.hint).toContain('Insert a new row');
  });

  test('a tenant that adds rows only has no right to repeat anything', async () => {
    expect(await sqlState(asAcme('update entries set id = id'))).toBe('42501');
  });

  test('an identity column takes no value but its default, which PostgreSQL says itself', async () => {
    expect(await sqlState(asAcme('update numbered set id = id'))).toBe('428C9');
    expect(await refusal('update numbered set id = default')).toEqual(refused('numbered', 'id'));
    expect(await refusal(`update numbered set organization_id = '${acme.id}', note = 'x'`)).toEqual(
      { rows: 1 },
    );
  });
});

describe('whoever else writes', () => {
  test('the owner and the system role change keys and read-only columns, and never the tenant', async () => {
    await undone(root, async () => {
      await root.query(
        `update accounts set exact = 2, rough = null, id = gen_random_uuid() where not exists (select from entries)`,
      );
      await root.query(`update accounts set exact = 2`);
      await root.query('savepoint a');
      expect(await sqlState(root.query(`update stars set organization_id = '${globex.id}'`))).toBe(
        '42501',
      );
    });
    await asSystem(app, () =>
      app.query(`update organizations set plan = 'pro' where id = '${acme.id}'`),
    );
    await asSystem(app, () =>
      app.query(`update organizations set plan = 'free' where id = '${acme.id}'`),
    );
    expect(
      await sqlState(
        asSystem(app, () => app.query(`update stars set organization_id = '${globex.id}'`)),
      ),
    ).toBe('42501');
  });

  test('who has the rights of the app role is bound, and a role with rights of its own is not', async () => {
    await undone(root, async () => {
      await root.query(`
        create role tenants_of_old in role app; create role back_office;
        grant select, update (plan) on organizations to tenants_of_old, back_office;
        create policy back_office on organizations to back_office using (true)`);
      const as = async (role: string) => {
        await root.query('savepoint a');
        await root.query(
          `select set_config('role', '${role}', true), set_config('app.organization_id', '${acme.id}', true)`,
        );
        const state = await sqlState(
          root.query(`update organizations set plan = 'pro' where id = '${acme.id}'`),
        );
        await root.query('rollback to a; reset role');
        return state;
      };
      expect(await as('tenants_of_old')).toBe('42501');
      expect(await as('back_office')).toBe('none');
    });
  });

  test('a trigger of the application sets what a statement repeats', async () => {
    await undone(root, async () => {
      await root.query(`
        create function "A touch"() returns trigger language plpgsql as 'begin new.at := now(); return new; end';
        create trigger "A touch" before update on accounts for each row execute function "A touch"()`);
      await root.query(
        `select set_config('role', 'app', true), set_config('app.organization_id', '${acme.id}', true)`,
      );
      const { rows } = await root.query(
        `update accounts set at = at, name = 'x' returning at = now() as set`,
      );
      expect(rows).toEqual([{ set: true }]);
    });
  });
});

test('a statement that changes none of the columns never calls the function', async () => {
  const plan = async (text: string) => {
    const { rows } = await app.query(`explain (analyze, costs off) ${text}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  await undone(app, async () => {
    await setContext(app, asTenant(acme.id));
    expect(await plan(`update accounts set name = 'x'`)).not.toContain('Trigger');
    expect(await plan(`update accounts set name = 'x', id = id`)).not.toContain('Trigger');
    await app.query(`select set_config('role', 'system', true)`);
    expect(await plan('update accounts set exact = 2')).toMatch(
      /Trigger 0_tenantry_refuse_column_change: time=\S+ calls=1/,
    );
  });
});

test('a statement that names the key locks the row as a change of it would', async () => {
  const whileOpen = (set: string) =>
    undone(app, async () => {
      await setContext(app, asTenant(acme.id));
      await app.query(`update accounts set ${set}`);
      // what PostgreSQL asks for when a reference to the row is inserted
      return sqlState(root.query('select from accounts for key share nowait'));
    });
  expect(await whileOpen(`name = 'x'`)).toBe('none');
  expect(await whileOpen(`name = 'x', exact = exact`)).toBe('none');
  expect(await whileOpen(`name = 'x', id = id`)).toBe('55P03');
});

test('the trigger comes back from its own text, as a dump writes it', async () => {
  await undone(root, async () => {
    const { rows } = await root.query(
      `select pg_get_triggerdef(oid) as text from pg_trigger where tgname = '0_tenantry_refuse_column_change' and tgrelid = 'accounts'::regclass`,
    );
    await root.query('drop trigger "0_tenantry_refuse_column_change" on accounts');
    await root.query(rows[0].text);
  });
});
