import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { invoices, tickets } from '../fixtures/numbers-schema.ts';
import { sqlState } from '../support/scope.ts';
import { copy, numbersDatabase } from './support.ts';

const { root, pool, organization, as, system, column } = await numbersDatabase();
const db = drizzle(pool as never);

const upTo = (last: number, year = 2026) =>
  Array.from({ length: last }, (_, i) => `${year}-${String(i + 1).padStart(4, '0')}`);
const invoice = "insert into invoices (issued_on) values ('2026-03-01') returning number";
const ticket = (project: string, key: string) =>
  `insert into tickets (project, key) values ('${project}', '${key}')`;
const numbersIn = (tenant: string, table: string) =>
  column(tenant, `select number from ${table} order by number`);

describe('a number', () => {
  test('is given by any statement, and the statement answers it', async () => {
    const tenant = await organization();
    expect(await column(tenant, invoice)).toEqual(['2026-0001']);
    const rows = await as(tenant, () =>
      db
        .insert(invoices)
        .values([{}, { issuedOn: '2026-01-01' }])
        .returning(),
    );
    expect(rows.map(({ number }) => number)).toEqual(['2026-0002', '2026-0003']);
    expect(rows[1]).toMatchObject({ numberPeriod: 2026, numberSequence: 3 });
    expectTypeOf(rows[0]?.number).toEqualTypeOf<string | undefined>();
    const selected = `insert into invoices (reference) select 'x' from generate_series(1, 3) returning number`;
    expect(await column(tenant, selected)).toEqual(['2026-0004', '2026-0005', '2026-0006']);
    const merged = `merge into invoices i using (values ('y'), ('x')) v (r) on i.reference = v.r and i.number = '2026-0004'
      when not matched then insert (reference) values (r)`;
    await root.query('begin');
    await root.query("select set_config('app.organization_id', $1, true)", [tenant]);
    await root.query(merged);
    await root.query('commit');
    expect(await numbersIn(tenant, 'invoices')).toEqual(upTo(7));
  });

  test('begins at 1 in each tenant, each year and each project', async () => {
    const [one, two] = [await organization(), await organization()];
    const dated = (day: string) =>
      `insert into invoices (issued_on) values ('${day}') returning number`;
    expect(await column(one, dated('2025-12-31'))).toEqual(['2025-0001']);
    expect(await column(one, dated('2026-01-01'))).toEqual(['2026-0001']);
    expect(await column(one, dated('2025-06-01'))).toEqual(['2025-0002']);
    expect(await column(two, dated('2025-06-01'))).toEqual(['2025-0001']);
    const of = (project: string, key: string) =>
      column(one, `${ticket(project, key)} returning number`);
    expect(await of('web', 'a')).toEqual([1]);
    expect(await of('app', 'b')).toEqual([1]);
    expect(await of('web', 'c')).toEqual([2]);
    expect(await column(two, `${ticket('web', 'a')} returning number`)).toEqual([1]);
  });

  test('has the year and the month of the time zone, and a table may have two', async () => {
    const tenant = await organization();
    const paid = (at: string) =>
      column(
        tenant,
        `insert into receipts (paid_at) values ('${at}') returning number || ' ' || label`,
      );
    // 2027 has begun in Auckland
    expect(await paid('2026-12-31T11:30:00Z')).toEqual(['RE-202701-001 #1']);
    expect(await paid('2026-12-31T10:30:00Z')).toEqual(['RE-202612-001 #2']);
    expect(await paid('2027-01-05T00:00:00Z')).toEqual(['RE-202701-002 #3']);
  });

  test('outgrows its zeros', async () => {
    const tenant = await organization();
    await root.query("insert into invoices (organization_id, number) values ($1, '2026-9999')", [
      tenant,
    ]);
    expect(await column(tenant, invoice)).toEqual(['2026-10000']);
    expect(await column(tenant, invoice)).toEqual(['2026-10001']);
  });
});

describe('without a gap', () => {
  test('under 50 at once, while half of them take their rows back', async () => {
    const tenant = await organization();
    const given: string[] = [];
    const insert = (i: number) =>
      as(tenant, () =>
        pool.transaction(async (tx) => {
          const { rows } = await tx.query(invoice);
          if (i % 2 === 1) throw new Error('taken back');
          given.push(rows[0].number);
        }),
      ).catch(() => {});
    await Promise.all(Array.from({ length: 50 }, (_, i) => insert(i)));
    expect(given.sort()).toEqual(upTo(25));
    expect(await numbersIn(tenant, 'invoices')).toEqual(upTo(25));
  });

  test('where an upsert inserts nothing, alone and between others', async () => {
    const tenant = await organization();
    await column(tenant, ticket('web', 'a'));
    await column(tenant, `${ticket('web', 'a')} on conflict do nothing`);
    const upsert = `insert into tickets (project, key) values ('web', 'b'), ('web', 'a'), ('web', 'c'), ('web', 'b2')
      on conflict (organization_id, key) do update set title = 'met again' returning key || number`;
    expect(await column(tenant, upsert)).toEqual(['b2', 'a1', 'c3', 'b24']);
    const rows = await as(tenant, () =>
      db
        .insert(tickets)
        .values([
          { project: 'web', key: 'c' },
          { project: 'web', key: 'd' },
        ])
        .onConflictDoNothing()
        .returning(),
    );
    expect(rows.map(({ number }) => number)).toEqual([5]);
  });

  test('where a savepoint or another trigger takes a row back', async () => {
    const tenant = await organization();
    await root.query(
      `create function skip() returns trigger language plpgsql as 'begin return null; end'`,
    );
    await root.query(
      `create trigger zzz_skip before insert on tickets for each row when (new.title = 'skip') execute function skip()`,
    );
    await as(tenant, () =>
      pool.transaction(async (tx) => {
        await tx.query(ticket('web', 'a'));
        await tx.query('savepoint s');
        await tx.query(ticket('web', 'b'));
        await tx.query('rollback to s');
        await tx.query(
          "insert into tickets (project, key, title) values ('web', 'c', 'skip'), ('web', 'd', '')",
        );
      }),
    );
    await root.query('drop trigger zzz_skip on tickets');
    expect(await numbersIn(tenant, 'tickets')).toEqual([1, 2]);
  });
});

describe('a number is never given twice', () => {
  const marks = async (tenant: string) => {
    const text = 'select count(*)::int as n from tenantry.number_marks where tenant_id = $1';
    return (await root.query(text, [tenant])).rows[0].n;
  };

  test('a deletion leaves a hole, also of the last row and of all of them', async () => {
    const tenant = await organization();
    for (let i = 0; i < 3; i++) await column(tenant, invoice);
    await column(tenant, "delete from invoices where number in ('2026-0001', '2026-0003')");
    expect(await column(tenant, invoice)).toEqual(['2026-0004']);
    await column(tenant, 'delete from invoices');
    expect(await column(tenant, invoice)).toEqual(['2026-0005']);
    expect(
      await column(
        tenant,
        "insert into invoices (issued_on) values ('2025-01-01') returning number",
      ),
    ).toEqual(['2025-0001']);
  });

  test('a deletion that is taken back leaves none', async () => {
    const tenant = await organization();
    await column(tenant, ticket('web', 'a'));
    await as(tenant, () =>
      pool.transaction(async (tx) => {
        await tx.query('delete from tickets');
        throw new Error('taken back');
      }),
    ).catch(() => {});
    expect(await marks(tenant)).toBe(0);
    await column(tenant, 'delete from tickets');
    expect(await marks(tenant)).toBe(1);
    expect(await column(tenant, `${ticket('web', 'b')} returning number`)).toEqual([2]);
  });

  test('the marks of deleted numbers go with the tenant', async () => {
    const tenant = await organization();
    await column(tenant, invoice);
    await column(tenant, 'delete from invoices');
    await column(tenant, invoice);
    expect(await marks(tenant)).toBe(1);
    await root.query('delete from organizations where id = $1', [tenant]);
    expect(await marks(tenant)).toBe(0);
  });
});

describe('nobody sets a number by hand', () => {
  test.each([
    "insert into invoices (number) values ('2026-0007')",
    "insert into invoices (number) values ('mine')",
    "insert into tickets (project, key, number) values ('web', 'z', 7)",
    "insert into tickets (project, key, number) values ('web', 'z', -1)",
    "update invoices set number = '2026-0009'",
    'update invoices set number_sequence = 9',
    'update invoices set number_period = 2027',
    "update invoices set issued_on = '2027-01-01'",
    "update tickets set project = 'other'",
    'update tickets set number = number + 1',
  ])('%s', async (statement) => {
    const tenant = await organization();
    await column(tenant, invoice);
    await column(tenant, ticket('web', 'a'));
    expect(await sqlState(column(tenant, statement))).toBe('42501');
  });

  test('and may repeat what is stored, and everything else', async () => {
    const tenant = await organization();
    await column(tenant, invoice);
    await column(tenant, "update invoices set number = number, reference = 'new'");
    await as(tenant, () => db.insert(invoices).values({ number: '', numberSequence: 77 }));
    expect(await numbersIn(tenant, 'invoices')).toEqual(upTo(2));
  });

  test('nor reads or writes the marks, nor calls the functions', async () => {
    const tenant = await organization();
    for (const statement of [
      'select * from tenantry.number_marks',
      'delete from tenantry.number_marks',
      'select tenantry.number_public_invoices__number()',
    ]) {
      expect(await sqlState(column(tenant, statement))).toBe('42501');
    }
  });

  test('a row for another tenant is refused, and takes nothing there', async () => {
    const [mine, other] = [await organization(), await organization()];
    const foreign = `insert into invoices (organization_id) values ('${other}')`;
    expect(await sqlState(column(mine, foreign))).toBe('42501');
    expect(await column(other, invoice)).toEqual(['2026-0001']);
  });
});

describe('an import', () => {
  test('by the system role keeps its numbers, and the next one follows', async () => {
    const tenant = await organization();
    const rows = ['2026-0041', '2026-0017', '2025-0003', 'ALT/77', '2026-00099', '2026-42'];
    await system(() =>
      pool.query(
        'insert into invoices (organization_id, number) select $1::uuid, unnest($2::text[])',
        [tenant, rows],
      ),
    );
    expect(await column(tenant, invoice)).toEqual(['2026-0042']);
    const parts = await column(
      tenant,
      "select number || ' ' || number_period || ' ' || number_sequence from invoices where number <> '2026-0042' order by 1",
    );
    expect(parts).toEqual([
      '2025-0003 2025 3',
      '2026-00099 0 0',
      '2026-0017 2026 17',
      '2026-0041 2026 41',
      '2026-42 0 0',
      'ALT/77 0 0',
    ]);
    const again = system(() =>
      pool.query("insert into invoices (organization_id, number) values ($1, 'ALT/77')", [tenant]),
    );
    expect(await sqlState(again)).toBe('23505');
  });

  test('waits for those who are numbered, and they for it', async () => {
    const tenant = await organization();
    await Promise.all([
      ...Array.from({ length: 20 }, () => column(tenant, invoice)),
      ...Array.from({ length: 5 }, (_, i) =>
        system(() =>
          pool.query('insert into invoices (organization_id, number) values ($1, $2)', [
            tenant,
            `2026-${2000 + 100 * i}`,
          ]),
        ),
      ),
    ]);
    expect(new Set(await numbersIn(tenant, 'invoices')).size).toBe(25);
  });

  test('by COPY, with and without numbers', async () => {
    const tenant = await organization();
    const lines = Array.from({ length: 500 }, (_, i) => `${tenant}\t${i + 1}\n`).join('');
    const given = `${tenant}\t2026-0100\n`;
    await copy(root, 'copy invoices (organization_id, number) from stdin', given);
    await copy(root, 'copy invoices (organization_id, reference) from stdin', lines);
    const { rows } = await root.query(
      `select count(*)::int as n, bool_and(number_sequence = 100 + reference::int) as right_order
       from invoices where organization_id = $1 and reference <> ''`,
      [tenant],
    );
    expect(rows).toEqual([{ n: 500, right_order: true }]);
  });
});

test('a transaction that cannot see what others committed is refused', async () => {
  const tenant = await organization();
  for (const isolationLevel of ['repeatable read', 'serializable'] as const) {
    const insert = as(tenant, () =>
      pool.transaction((tx) => tx.query(invoice), { isolationLevel }),
    );
    await expect(insert).rejects.toMatchObject({ code: 'NUMBER_ISOLATION_REFUSED', status: 500 });
  }
});
