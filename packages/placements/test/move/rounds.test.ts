import { withClient } from '@tenantry/testing/schema';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyRound } from '../../src/move/copy-rows.ts';
import { differing, digestsOf } from '../../src/move/digest.ts';
import { openEnd } from '../../src/move/end-of-move.ts';
import { eraseRows } from '../../src/move/erase-rows.ts';
import { beginFor } from '../../src/move/tenant-session.ts';
import { ask } from '../support/world.ts';
import { acme, asOwner, places, tenancy } from './world.ts';

const kinds = ['insert', 'update', 'delete', 'rename', 'note'] as const;
const step = fc.oneof(
  fc.record({ do: fc.constantFrom(...kinds), at: fc.nat(20), open: fc.boolean() }),
  fc.record({ do: fc.constant('round' as const), at: fc.nat(), open: fc.constant(false) }),
);
/** A row of the tenant by its place in the order of ids. */
const nth =
  '(select id from items where organization_id = $1 order by id offset $2::int % greatest(1, (select count(*) from items where organization_id = $1)) limit 1)';
const sqlOf: Record<(typeof kinds)[number], string> = {
  insert: `insert into items (organization_id, id, title) select $1, gen_random_uuid(), 'new ' || $2::int`,
  update: `update items set title = title || $2::int where organization_id = $1 and id = ${nth}`,
  delete: `with gone as (delete from notes where item_id = ${nth}) delete from items where organization_id = $1 and id = ${nth}`,
  rename: `with lost as (delete from notes where item_id = ${nth}) update items set id = gen_random_uuid() where organization_id = $1 and id = ${nth}`,
  note: `insert into notes (item_id, body) select ${nth}, $2::int::text where exists (select from items where organization_id = $1)`,
};

it('whatever is written between and across rounds, the target has it after the last one', async () => {
  const { shared, connect, tenant } = await places('eu1');
  await tenant(acme, 'acme', 5);
  const owners = { connect, url: asOwner(shared) };
  const source = await openEnd(null, tenancy, owners);
  const target = await openEnd('eu1', tenancy, owners);
  try {
    const history = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      // a run that has failed leaves its transactions open
      for (const end of [source, target]) await end.query('rollback');
      await beginFor(target, tenancy, acme, 'write');
      await eraseRows(target, true);
      await target.query('commit');
      let since: string | undefined;
      const round = async () => {
        since = await copyRound({ source, target, tenancy, tenant: acme, since, copied: () => {} });
      };
      const commit = () => Promise.all([source.query('commit'), target.query('commit')]);
      await withClient(shared, async (open) => {
        // a transaction that is older than a round and ends after it; one row alone, so that nobody waits
        await open.query('begin');
        await open.query('select pg_current_xact_id()');
        for (const { do: kind, at, open: late } of steps) {
          if (kind === 'round') {
            await round();
            await commit();
          } else if (late) await open.query(sqlOf.insert, [acme, at]);
          else await ask(shared, sqlOf[kind], [acme, at]);
        }
        await open.query('commit');
      });
      await round();
      expect(differing(await digestsOf(source), await digestsOf(target))).toEqual([]);
      await commit();
    });
    await fc.assert(history, { numRuns: process.env.TENANTRY_LONG === '1' ? 200 : 12 });
  } finally {
    await Promise.all([source.client.end(), target.client.end()]);
  }
});
