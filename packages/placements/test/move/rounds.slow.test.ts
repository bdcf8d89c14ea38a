import { withClient } from '@tenantry/testing/schema';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyRound } from '../../src/move/copy-rows.ts';
import { differing, digestsOf } from '../../src/move/digest.ts';
import { openEnd } from '../../src/move/end-of-move.ts';
import { eraseRows } from '../../src/move/erase-rows.ts';
import type { Brought } from '../../src/move/round.ts';
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
  const { shared, connect, tenant, urlOf } = await places('eu1');
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
      let last: Brought | undefined;
      const round = async () => {
        last = await copyRound({ source, target, tenancy, tenant: acme, last, copied: () => {} });
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
      const whole = await digestsOf(source);
      expect(differing(whole, await digestsOf(target))).toEqual([]);
      // what the rounds have added up is what is there
      expect(differing(whole, last?.digests ?? [])).toEqual([]);
      await commit();
      // nothing is left that belongs to nobody
      const [orphans] = await ask(
        urlOf('eu1'),
        'select count(*)::int as n from notes where not exists (select from items i where i.id = item_id)',
      );
      expect(orphans).toEqual({ n: 0 });
    });
    await fc.assert(history, { numRuns: process.env.TENANTRY_LONG === '1' ? 200 : 12 });
  } finally {
    await Promise.all([source.client.end(), target.client.end()]);
  }
});

it('refuses a target whose rows somebody else has written, or whose trigger changes them', async () => {
  const { shared, connect, tenant, urlOf } = await places('eu1');
  await tenant(acme, 'acme', 5);
  const owners = { connect, url: asOwner(shared) };
  const source = await openEnd(null, tenancy, owners);
  const target = await openEnd('eu1', tenancy, owners);
  const eu1 = urlOf('eu1');
  /** A round that is kept, and one after something has happened. */
  const after = async (happens: () => Promise<unknown>) => {
    for (const end of [source, target]) await end.query('rollback');
    await beginFor(target, tenancy, acme, 'write');
    await eraseRows(target, true);
    await target.query('commit');
    const round = (last: Brought | undefined) =>
      copyRound({ source, target, tenancy, tenant: acme, last, copied: () => {} });
    const last = await round(undefined);
    await Promise.all([source.query('commit'), target.query('commit')]);
    await happens();
    return round(last);
  };
  const refused = { code: 'MOVE_DIFFERS' };
  try {
    await after(() => ask(shared, "update items set title = 'new'"));
    for (const foreign of [
      "update items set title = 'foreign'",
      'delete from notes where ctid = (select min(ctid) from notes)',
      `insert into items (organization_id, title) values ('${acme}', 'foreign')`,
    ])
      await expect(after(() => ask(eu1, foreign))).rejects.toMatchObject(refused);
    await ask(
      eu1,
      `create function changed() returns trigger language plpgsql as $$ begin new.title := 'changed'; return new; end $$`,
    );
    await expect(
      after(async () => {
        await ask(
          eu1,
          'create trigger changed before insert on items for each row execute function changed()',
        );
        await ask(eu1, 'alter table items enable always trigger changed');
        await ask(shared, "update items set title = 'newer'");
      }),
    ).rejects.toMatchObject(refused);
  } finally {
    await Promise.all([source.client.end(), target.client.end()]);
  }
});
