import { createTenantPool } from '@tenantry/core';
import type { Logins } from '@tenantry/testing/schema';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, median, quantile } from '../lib/stats.ts';
import { acme, audit, entry, tenancy } from './definition.ts';
import { measureExport } from './export-memory.ts';

/** Sizes of the log: a small one, and one that is 50 times as large, over the same 12 partitions. */
export interface Volume {
  readonly small: number;
  readonly large: number;
  readonly exported: number;
}

const guards = ['tenantry_audit_refuse', 'tenantry_audit_refuse_truncate'];
const queries = 300;
const warmUp = 100;

/** Fills the log with a year of entries, past its triggers. One tenant has `own` of them. */
async function fill({ ask }: BenchDatabase, rows: number, own: number): Promise<void> {
  for (let month = 0; month < 12; month++) {
    await ask('select tenantry.audit_create_month(now() - make_interval(months => $1::int))', [
      month,
    ]);
  }
  await ask('alter table audit_logs disable trigger user');
  await ask(
    `insert into audit_logs (organization_id, action, resource_type, resource_id, actor_type, actor_id, ip_address, metadata, created_at, transaction_id, salt, content_hash)
     select case when i % $1 < $2 then $3::uuid else ('00000000-0000-4000-8000-' || lpad(to_hex(i % 997), 12, '0'))::uuid end,
       'project.created', 'project', i::text, 'user', 'u' || i % 50, '203.0.113.7', jsonb_build_object('name', 'Project ' || i),
       now() - (i * interval '330 days' / $1), 0, uuid_send(gen_random_uuid()), sha256(i::text::bytea)
     from generate_series(1, $1::int) i`,
    [rows, own, acme],
  );
  for (const name of guards) await ask(`alter table audit_logs enable always trigger ${name}`);
  await ask('vacuum (freeze, analyze) audit_logs');
}

/** The last 50 entries of a tenant, in a log of 100,000 and in one of 5,000,000; and an export of it. */
export async function measureVolume(
  database: BenchDatabase,
  logins: Logins,
  { small, large, exported }: Volume,
  write: (line: string) => void,
): Promise<Result[]> {
  const last = async () => {
    const pool = createTenantPool(tenancy, { connectionString: logins.app, max: 1, min: 1 });
    const times: number[] = [];
    const references: number[] = [];
    const timed = async (into: number[], fn: () => Promise<unknown>) => {
      const began = performance.now();
      await tenancy.run(entry, fn);
      into.push(performance.now() - began);
    };
    for (let i = -warmUp; i < queries; i++) {
      await timed(i < 0 ? [] : references, () =>
        pool.query('select count(*) from plain where id = $1', [acme]),
      );
      await timed(i < 0 ? [] : times, () => audit.query(pool, { limit: 50 }));
    }
    await pool.end();
    return { times, reference: median(references) };
  };
  await fill(database, small, Math.floor(small / 5));
  const few = await last();
  write(`audit: filling the log with ${large} entries\n`);
  await fill(database, large - small, exported);
  const many = await last();
  return [
    {
      ...emptyResult({
        bench: 'audit',
        variant: `of-${large}`,
        base: `of-${small}`,
        op: 'last-50',
      }),
      // minutes lie between the two: each is taken in turn with a statement that stays as it is
      ratio: figure(median(few.times) / few.reference / (median(many.times) / many.reference)),
      p50: figure(median(many.times)),
      p99: figure(quantile(many.times, 0.99)),
      p50OfFew: figure(median(few.times)),
    },
    await measureExport(logins.app, exported),
  ];
}
