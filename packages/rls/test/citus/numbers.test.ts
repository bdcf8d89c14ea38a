import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import { numbersSchema } from '../fixtures/numbers-schema.ts';
import { copy } from '../numbers/support.ts';
import { sqlState } from '../support/scope.ts';
import { entries, onCitusWith } from './world.ts';

const { tenancy, ...schema } = numbersSchema('citus');
const { invoices, tickets } = schema;
const upTo = (last: number, year = 2026) =>
  Array.from({ length: last }, (_, i) => `${year}-${String(i + 1).padStart(4, '0')}`);
const invoice = "insert into invoices (issued_on) values ('2026-03-01') returning number";
const ticket = (project: string, key: string) =>
  `insert into tickets (project, key) values ('${project}', '${key}')`;

onCitusWith('numbers', { tenancy, schema }, (world) => {
  const marks = async (tenant: string) => {
    const text = 'select count(*)::int as n from tenantry.number_marks where tenant_id = $1';
    return (await world().root.query(text, [tenant])).rows[0].n;
  };

  describe.each(entries)('through %s', (entry) => {
    const column = (tenant: string, text: string, values?: unknown[]) =>
      world().column(entry, tenant, text, values);
    const numbersIn = (tenant: string, table: string) =>
      column(tenant, `select number from ${table} order by number`);
    const inOne = (tenant: string, texts: readonly string[]) =>
      world().as(tenant, () =>
        world()
          .pool(entry)
          .transaction(async (tx) => {
            for (const text of texts) await tx.query(text);
          }),
      );

    test('are given by any statement, and the statement answers them', async () => {
      const tenant = await world().organization();
      expect(await column(tenant, invoice)).toEqual(['2026-0001']);
      const db = drizzle(world().pool(entry) as never);
      const rows = await world().as(tenant, () =>
        db
          .insert(invoices)
          .values([{}, { issuedOn: '2026-01-01' }])
          .returning(),
      );
      expect(rows.map(({ number }) => number)).toEqual(['2026-0002', '2026-0003']);
      expect(rows[1]).toMatchObject({ numberPeriod: 2026, numberSequence: 3 });
      const selected = `insert into invoices (reference) select 'x' from generate_series(1, 3) returning number`;
      expect(await column(tenant, selected)).toEqual(['2026-0004', '2026-0005', '2026-0006']);
    });

    test('begin at 1 in each tenant, year, month and project', async () => {
      const [one, two] = [await world().organization(), await world().organization()];
      const dated = (day: string) =>
        `insert into invoices (issued_on) values ('${day}') returning number`;
      expect(await column(one, dated('2026-12-31'))).toEqual(['2026-0001']);
      expect(await column(one, dated('2027-01-01'))).toEqual(['2027-0001']);
      expect(await column(one, dated('2026-05-05'))).toEqual(['2026-0002']);
      expect(await column(two, dated('2026-05-05'))).toEqual(['2026-0001']);
      const tickets = `insert into tickets (project, key) values ('a', '1'), ('b', '2'), ('a', '3') returning project || number::text`;
      expect(await column(one, tickets)).toEqual(['a1', 'b1', 'a2']);
      const paid = `insert into receipts (paid_at) values ('2026-10-31 12:00Z'), ('2026-10-30 12:00Z'), ('2026-10-31 12:01Z')
        returning number || ' ' || label`;
      expect(await column(one, paid)).toEqual([
        'RE-202611-001 #1',
        'RE-202610-001 #2',
        'RE-202611-002 #3',
      ]);
    });

    test('have no gap under 50 at once, while half of them take their rows back', async () => {
      const tenant = await world().organization();
      const given: string[] = [];
      const insert = (i: number) =>
        world()
          .as(tenant, () =>
            world()
              .pool(entry)
              .transaction(async (tx) => {
                const { rows } = await tx.query(invoice);
                if (i % 2 === 1) throw new Error('taken back');
                given.push(rows[0].number);
              }),
          )
          .catch((error) => expect(error).toMatchObject({ message: 'taken back' }));
      await Promise.all(Array.from({ length: 50 }, (_, i) => insert(i)));
      expect(given.sort()).toEqual(upTo(25));
      expect(await numbersIn(tenant, 'invoices')).toEqual(upTo(25));
    });

    test('have no gap where an upsert inserts nothing', async () => {
      const tenant = await world().organization();
      await column(tenant, ticket('web', 'a'));
      await column(tenant, `${ticket('web', 'a')} on conflict do nothing`);
      const upsert = `insert into tickets (project, key) values ('web', 'b'), ('web', 'a'), ('web', 'c'), ('web', 'b2')
        on conflict (organization_id, key) do update set title = 'met again' returning key || number::text`;
      expect(await column(tenant, upsert)).toEqual(['b2', 'a1', 'c3', 'b24']);
    });

    test('have no gap where a savepoint takes a row back', async () => {
      const tenant = await world().organization();
      await inOne(tenant, [
        ticket('web', 'a'),
        'savepoint s',
        ticket('web', 'b'),
        'rollback to s',
        ticket('web', 'c'),
      ]);
      expect(await numbersIn(tenant, 'tickets')).toEqual([1, 2]);
    });

    test('are never given twice: a deletion leaves a hole, also of all rows', async () => {
      const tenant = await world().organization();
      await column(tenant, 'insert into invoices (reference) values ($1), ($1), ($1)', ['x']);
      await column(tenant, "delete from invoices where number in ('2026-0001', '2026-0003')");
      expect(await column(tenant, invoice)).toEqual(['2026-0004']);
      await column(tenant, 'delete from invoices');
      expect(await column(tenant, invoice)).toEqual(['2026-0005']);
      expect(await marks(tenant)).toBe(1);
    });

    test('a deletion that is taken back leaves no mark', async () => {
      const tenant = await world().organization();
      await column(tenant, ticket('web', 'a'));
      await world()
        .as(tenant, () =>
          world()
            .pool(entry)
            .transaction(async (tx) => {
              await tx.query('delete from tickets');
              throw new Error('taken back');
            }),
        )
        .catch(() => {});
      expect(await marks(tenant)).toBe(0);
      await inOne(tenant, ['delete from tickets', ticket('web', 'b')]);
      expect(await marks(tenant)).toBe(1);
      expect(await numbersIn(tenant, 'tickets')).toEqual([2]);
    });

    test('leave nothing of a tenant that is deleted', async () => {
      const tenant = await world().organization();
      for (const text of [invoice, 'delete from invoices', invoice]) await column(tenant, text);
      expect(await marks(tenant)).toBe(1);
      await world().system(() =>
        world().pool(entry).query('delete from organizations where id = $1', [tenant]),
      );
      expect(await marks(tenant)).toBe(0);
    });

    test.each([
      "insert into invoices (number) values ('2026-0007')",
      "insert into tickets (project, key, number) values ('web', 'z', 7)",
      "update invoices set number = '2026-0009'",
      'update invoices set number_sequence = 9',
      "update invoices set issued_on = '2027-01-01'",
      "update tickets set project = 'other'",
    ])('are set by nobody: %s', async (statement) => {
      const tenant = await world().organization();
      await column(tenant, invoice);
      await column(tenant, ticket('web', 'a'));
      const refused = await column(tenant, statement).catch((error) => error);
      expect(refused).toMatchObject({ code: '42501' });
      expect(refused.message).toMatch(/of table "(invoices|tickets)"$/);
    });

    test('are read and written by functions alone', async () => {
      const tenant = await world().organization();
      for (const statement of [
        'select * from tenantry.number_marks',
        'delete from tenantry.number_marks',
        'select tenantry.number_public_invoices__number()',
      ])
        expect(await sqlState(column(tenant, statement))).toBe('42501');
    });

    test('are not taken by a row for another tenant', async () => {
      const [mine, other] = [await world().organization(), await world().organization()];
      const foreign = `insert into invoices (organization_id) values ('${other}')`;
      expect(await sqlState(column(mine, foreign))).toBe('42501');
      expect(await column(other, invoice)).toEqual(['2026-0001']);
    });

    test('of an import are kept, and the next one follows', async () => {
      const tenant = await world().organization();
      await world().system(() =>
        world()
          .pool(entry)
          .query(
            "insert into invoices (organization_id, number) values ($1, '2026-0041'), ($1, '2025-0003'), ($1, 'ALT/77')",
            [tenant],
          ),
      );
      expect(await column(tenant, invoice)).toEqual(['2026-0042']);
      const parts = await column(
        tenant,
        "select number || ' ' || number_period || ' ' || number_sequence from invoices where number <> '2026-0042' order by 1",
      );
      expect(parts).toEqual(['2025-0003 2025 3', '2026-0041 2026 41', 'ALT/77 0 0']);
    });

    test.each(['repeatable read', 'serializable'] as const)(
      'are refused at %s',
      async (isolationLevel) => {
        const tenant = await world().organization();
        const insert = () =>
          world().as(tenant, () =>
            world()
              .pool(entry)
              .transaction((tx) => tx.query(invoice), { isolationLevel }),
          );
        await expect(insert()).rejects.toMatchObject({ code: 'NUMBER_ISOLATION_REFUSED' });
      },
    );
  });

  test('have no gap where 50 enter through all nodes', async () => {
    const tenant = await world().organization();
    const insert = (i: number) =>
      world().column(
        entries[i % 2] as (typeof entries)[number],
        tenant,
        `insert into invoices (reference) values ('a'), ('b') returning number`,
      );
    const given = await Promise.all(Array.from({ length: 50 }, (_, i) => insert(i)));
    expect(given.flat().sort()).toEqual(upTo(100));
  });

  test('of several tenants at once, in transactions of several nodes', async () => {
    const tenants: string[] = [];
    for (let i = 0; i < 8; i++) tenants.push(await world().organization());
    const rows = tenants.map((tenant) => ({ organizationId: tenant, project: 'web', key: '' }));
    const db = drizzle(world().pool('the coordinator') as never);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        world().system(() =>
          db.insert(tickets).values(rows.map((row) => ({ ...row, key: `k${i}` }) as never)),
        ),
      ),
    );
    for (const tenant of tenants)
      expect(
        await world().column('a worker', tenant, 'select number from tickets order by number'),
      ).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('by COPY, with and without numbers', async () => {
    const { root } = world();
    const [tenant, other] = [await world().organization(), await world().organization()];
    await copy(
      root,
      'copy invoices (organization_id, number) from stdin',
      `${tenant}\t2026-0100\n`,
    );
    const lines = Array.from(
      { length: 100 },
      (_, i) => `${tenant}\t${i + 1}\n${other}\t${i + 1}\n`,
    );
    await copy(root, 'copy invoices (organization_id, reference) from stdin', lines.join(''));
    for (const [of, before] of [
      [tenant, 100],
      [other, 0],
    ]) {
      const { rows } = await root.query(
        `select count(*)::int as n, bool_and(number_sequence = $2::int + reference::int) as right_order
         from invoices where organization_id = $1 and reference <> ''`,
        [of, before],
      );
      expect(rows).toEqual([{ n: 100, right_order: true }]);
    }
  });
});
