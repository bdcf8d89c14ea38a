import { withClient } from '@tenantry/testing/schema';
import fc from 'fast-check';
import type pg from 'pg';
import { expect } from 'vitest';
import { type RewindOptions, rewindTenant } from '../../src/lifecycle/rewind/rewind-tenant.ts';
import { rowsOf, tenancy, timeOf } from './rewinds.ts';

// Any history of three tables with foreign keys, and any of its moments: the rows are those that were there.

const id = fc.integer({ min: 1, max: 4 });
const word = fc.constantFrom('a', "b'c", 'ü "q"', '', '[12 bites]', repeat(9));
const json = fc.constantFrom('{"a": 1}', '{"a": 1.0}', '[]', '"text"', '"{}"', '{"b": null}');
function repeat(n: number) {
  return 'long '.repeat(n);
}
const price = fc.constantFrom('1', '1.0', '1.00', 'NaN', '12345678901234567890.5');
type Op = [sql: string, values: unknown[]];
const op: fc.Arbitrary<Op> = fc.oneof(
  fc
    .tuple(id, word, price, json)
    .map(
      (v): Op => [
        'insert into projects (organization_id, id, name, price, details) values ($1, $2 + $6, $3, $4, $5)',
        v,
      ],
    ),
  fc
    .tuple(id, word, price, json)
    .map(
      (v): Op => [
        'update projects set name = $3, price = $4, details = $5 where organization_id = $1 and id = $2 + $6',
        v,
      ],
    ),
  fc
    .tuple(id)
    .map((v): Op => ['delete from projects where organization_id = $1 and id = $2 + $3', v]),
  fc
    .tuple(id, id, fc.option(id), word)
    .map(
      (v): Op => [
        'insert into tasks (organization_id, id, project_id, parent_id, title) values ($1, $2 + $6, $3 + $6, $4 + $6, $5)',
        v,
      ],
    ),
  fc
    .tuple(id, id, fc.option(id))
    .map(
      (v): Op => [
        'update tasks set project_id = $3 + $5, parent_id = $4 + $5 where organization_id = $1 and id = $2 + $5',
        v,
      ],
    ),
  fc
    .tuple(word)
    .map((v): Op => ['update tasks set title = $2 where organization_id = $1 and $3 > 0', v]),
  fc.tuple(id).map((v): Op => ['delete from tasks where organization_id = $1 and id = $2 + $3', v]),
  fc.tuple(id, word, id).map((v): Op => ['insert into marks values ($1, $2 + $5, $3, $4)', v]),
  fc
    .tuple(id, id, word)
    .map(
      (v): Op => [
        'update marks set task_id = $3 + $5, label = $4 where organization_id = $1 and task_id = $2 + $5',
        v,
      ],
    ),
  fc
    .tuple(id)
    .map((v): Op => ['delete from marks where organization_id = $1 and task_id = $2 + $3', v]),
);
/** Transactions of some statements; a refused statement changes nothing. */
const history = fc.array(fc.array(op, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 14,
});

/** @param options.prepare runs on the connection of the tenants, before everything, and for each tenant */
export const anyMomentComesBack = (
  url: string,
  {
    prepare = async () => {},
    inSchema,
  }: {
    readonly prepare?: (client: pg.Client, tenant?: string) => Promise<unknown>;
    readonly inSchema?: RewindOptions['inSchema'];
  } = {},
) => {
  let run = 0;
  return withClient(url, (client) =>
    withClient(url, async (rewinding) => {
      await prepare(client);
      await fc.assert(
        fc.asyncProperty(
          history,
          fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
          async (all, at) => {
            const tenant = `00000000-0000-4000-8000-${String(++run).padStart(12, '0')}`;
            await client.query("insert into organizations values ($1, 'x')", [tenant]);
            await prepare(client, tenant);
            const moments = [{ to: await timeOf(client), rows: await rowsOf(client, tenant) }];
            for (const transaction of all) {
              await client.query('begin');
              for (const [sql, values] of transaction) {
                await client.query('savepoint one');
                await client
                  .query(sql, [tenant, ...values, run * 10])
                  .catch(() => client.query('rollback to savepoint one'));
              }
              await client.query('commit');
              moments.push({ to: await timeOf(client), rows: await rowsOf(client, tenant) });
            }
            for (const each of at) {
              const moment = moments[each % moments.length] as (typeof moments)[number];
              const options = { tenancy, tenant, by: 'x', source: { to: moment.to }, inSchema };
              const { digest, refused } = await rewindTenant(rewinding, options);
              expect(refused).toEqual([]);
              await rewindTenant(rewinding, { ...options, apply: digest });
              expect(await rowsOf(client, tenant)).toEqual(moment.rows);
            }
          },
        ),
        { numRuns: process.env.TENANTRY_LONG === '1' ? 400 : 4 },
      );
    }),
  );
};
