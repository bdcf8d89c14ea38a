import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type AuditTransaction, defineAudit } from '../src/index.ts';
import { audit, projects, tenancy } from './fixtures/schema.ts';
import { acme, failure, globex, world } from './support/world.ts';

const { pool, ask, asAda, system } = await world();
const db = drizzle({ client: pool });
/** A transaction of the shape of Kysely's, which is no dependency of this package. */
const kyselyTransaction = (client: pg.PoolClient) => ({
  isTransaction: true as const,
  executeQuery: ({ sql, parameters }: { sql: string; parameters: unknown[] }) =>
    client.query(sql, parameters),
});

const happened = (metadata: Record<string, unknown>) =>
  asAda(async () =>
    pool.batch(() => [
      db.insert(projects).values({ name: 'with a bad entry' }),
      audit.log(pool, 'thing.happened', { resource: ['thing', 't'], metadata }),
    ]),
  );

describe('what cannot be recorded is refused with its change', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`);
  test.each<[string, Record<string, unknown>, string]>([
    ['a NUL character', { text: 'a\0b' }, 'NUL'],
    ['a NUL in a key', { 'a\0': 1 }, 'NUL'],
    ['half a character', { text: 'a\ud800' }, 'half a character'],
    ['binary', { bytes: Buffer.from('x') }, 'Buffer'],
    ['a typed array', { bytes: new Uint8Array(3) }, 'Uint8Array'],
    ['a Map', { map: new Map() }, 'Map'],
    ['a bigint', { n: 10n }, 'bigint'],
    ['not a number', { n: Number.NaN }, 'NaN'],
    ['infinity', { n: Number.POSITIVE_INFINITY }, 'Infinity'],
    ['a function', { f: () => 1 }, 'function'],
    ['an invalid date', { at: new Date('x') }, 'invalid date'],
    ['a circle', circle, 'nested'],
    ['too deep', deep, 'nested'],
  ])('%s', async (_, metadata, found) => {
    const error = await failure(happened(metadata));
    expect(error).toMatchObject({
      code: 'AUDIT_METADATA_INVALID',
      message: expect.stringContaining(found),
    });
    expect(await ask(`select from projects where name = 'with a bad entry'`)).toHaveLength(0);
  });

  test('more than the bound', async () => {
    expect(await failure(happened({ text: 'é'.repeat(9000) }))).toMatchObject({
      code: 'AUDIT_ENTRY_TOO_LARGE',
      status: 413,
      details: { bytes: 18011, most: 16384 },
    });
    expect(await ask(`select from projects where name = 'with a bad entry'`)).toHaveLength(0);
  });

  test('what the schema does not describe', async () => {
    const wrong = asAda(async () =>
      pool.batch(() => [
        audit.log(pool, 'project.created', {
          resource: ['project'],
          metadata: { name: 7 as never },
        }),
      ]),
    );
    expect(await failure(wrong)).toMatchObject({
      code: 'AUDIT_METADATA_INVALID',
      message: expect.stringContaining('metadata.name'),
    });
    const unknown = asAda(async () =>
      pool.batch(() => [audit.log(pool, 'no.such' as never, { resource: ['x'] } as never)]),
    );
    expect(await failure(unknown)).toMatchObject({ code: 'AUDIT_ACTION_UNKNOWN' });
    const inherited = asAda(async () =>
      pool.batch(() => [audit.log(pool, 'constructor' as never, { resource: ['x'] } as never)]),
    );
    expect(await failure(inherited)).toMatchObject({ code: 'AUDIT_ACTION_UNKNOWN' });
  });
});

test('huge numbers, dates and unusual text are recorded as they are', async () => {
  const metadata = {
    big: 1e300,
    small: 5e-324,
    safe: Number.MAX_SAFE_INTEGER,
    at: new Date('2026-02-28T23:59:59.999-09:30'),
    text: '\u2028 "quoted" \\ \u0001 😀 \u202e',
    missing: undefined,
    empty: {},
  };
  await happened(metadata);
  const { entries } = await asAda(() => audit.query(db, { action: 'thing.happened' }));
  expect(entries[0]?.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
  expect((await asAda(() => audit.verify(pool))).findings).toEqual([]);
});

describe('an entry needs the transaction of its change', () => {
  const entry = { resource: ['project', 'x'], metadata: { name: 'x' } } as const;

  test('which is one of Drizzle, Kysely or pg, or a batch', async () => {
    await asAda(async () => {
      await db.transaction((tx) => audit.log(tx, 'project.created', entry));
      const client = await pool.connect();
      await client.query('begin');
      await audit.log(client, 'project.created', entry);
      await audit.log(kyselyTransaction(client), 'project.created', entry);
      await client.query('commit');
      client.release();
      await pool.batch(() => [audit.log(pool, 'project.created', entry)]);
    });
    expect(await ask(`select from audit_logs where action = 'project.created'`)).toHaveLength(4);
  });

  test('and nothing else', async () => {
    for (const tx of [pool, db, { executeQuery() {}, isTransaction: false }]) {
      const writing = asAda(async () => audit.log(tx as never, 'project.created', entry));
      expect(await failure(writing)).toMatchObject({ code: 'AUDIT_NEEDS_TRANSACTION' });
    }
  });

  test('by type', () => {
    type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
    expectTypeOf<Tx>().toExtend<AuditTransaction>();
    expectTypeOf<typeof pool>().toExtend<AuditTransaction>();
    expectTypeOf<typeof db>().not.toExtend<AuditTransaction>();
    expectTypeOf<{
      executeQuery(query: unknown): Promise<unknown>;
    }>().not.toExtend<AuditTransaction>();
    const log = audit.log;
    type Entry = Parameters<typeof log<'project.created'>>[2];
    expectTypeOf<Entry['metadata']>().toEqualTypeOf<{ name: string }>();
    expectTypeOf<Parameters<typeof log<'project.viewed'>>[2]>().toExtend<{ metadata?: object }>();
    // @ts-expect-error the metadata of project.created is required
    const bare: Entry = { resource: ['project'] };
    expect(bare).toBeDefined();
  });
});

test('a rollback takes the entry with it, and a failed entry the change', async () => {
  const count = async () => (await ask(`select from audit_logs`)).length;
  const before = await count();
  const undone = asAda(() =>
    db.transaction(async (tx) => {
      await audit.log(tx, 'project.viewed', { resource: ['project'] });
      throw new Error('changed my mind');
    }),
  );
  await expect(undone).rejects.toThrow('changed my mind');
  expect(await count()).toBe(before);
});

test('a system scope says for which tenant', async () => {
  await system(() =>
    db.transaction((tx) =>
      audit.log(tx, 'project.viewed', { organizationId: acme, resource: ['project', 'by system'] }),
    ),
  );
  const { entries } = await asAda(() => audit.query(db, { resource: ['project', 'by system'] }));
  expect(entries[0]).toMatchObject({
    organizationId: acme,
    reason: 'a test',
    actor: { type: 'system', id: 'tests' },
  });
});

test('the scope of a tenant may name it, and no other', async () => {
  const write = (organizationId: string) =>
    asAda(() =>
      pool.batch(() => [
        audit.log(pool, 'project.viewed', { organizationId, resource: ['project', 'own'] }),
      ]),
    );
  await write(acme);
  await expect(write(globex)).rejects.toMatchObject({ code: 'TENANT_SWITCH_REFUSED' });
  const { entries } = await asAda(() => audit.query(db, { resource: ['project', 'own'] }));
  expect(entries).toHaveLength(1);
});

test('the definition is checked', () => {
  for (const [options, found] of [
    [{ actions: { created: z.object({}) } }, 'created'],
    [{ actions: { 'audit.erased': z.object({}) } }, 'audit.erased'],
    [{ actions: {}, maxMetadataBytes: 10 }, 'maxMetadataBytes'],
    [{ actions: {}, role: 'Audit "x"' }, 'role'],
    [{ actions: {}, role: 'system' }, 'role "system"'],
  ] as const) {
    expect(() => defineAudit(tenancy, options)).toThrow(found);
  }
  expect(Object.isFrozen(audit)).toBe(true);
});
