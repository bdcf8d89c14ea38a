import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { fresh } from '../support/exports.ts';
import { acme, rowsOf, tenancy } from '../support/rewinds.ts';
import { damage, placed, rewindableInSchema, seed } from './rewinds.ts';

describe('a rewind of a tenant in a schema', () => {
  it('shows what differs, and brings it back there', async () => {
    const { ask, command, now, there, rows, others, rewind } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const [before, theirs] = [await rows(), await others()];
    const to = await now();
    await there(damage);
    const shown = await command('tenants', 'rewind', acme, '--to', to, '--json');
    const { digest, tables, refused, warnings } = JSON.parse(shown.stdout);
    expect([refused, warnings]).toEqual([[], []]);
    const counts = (tables as Record<string, unknown>[]).map((each) => [
      each.table,
      each.inserted,
      each.updated,
      each.deleted,
    ]);
    expect(counts).toEqual([
      ['public.projects', 1, 1, 1],
      ['public.tasks', 1, 1, 0],
      ['public.marks', 1, 0, 0],
    ]);
    const applied = await command(
      'tenants',
      'rewind',
      acme,
      '--to',
      to,
      '--apply',
      digest,
      '--json',
    );
    expect(JSON.parse(applied.stdout)).toMatchObject({ applied: true });
    expect([await rows(), await others()]).toEqual([before, theirs]);
    // what it wrote is in the log
    expect((await rewind({ to: await now() })).tables).toEqual([]);
  });

  it('brings rows of an export back there', async () => {
    const { url, ask, there, rows, others, rewind } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const [before, theirs, from] = [await rows(), await others(), fresh()];
    await withClient(url, (client) =>
      exportTenant(client, { tenancy, tenant: acme, to: from, schema: 't_acme' }),
    );
    await there(damage);
    const { digest, refused } = await rewind({ from });
    expect(refused).toEqual([]);
    await rewind({ from }, digest);
    expect([await rows(), await others()]).toEqual([before, theirs]);
  });

  it('goes back behind a move into the schema', async () => {
    const { url, ask, command, now, there, rows, rewind } = await rewindableInSchema();
    await ask(
      `delete from public.marks; delete from public.tasks; delete from public.projects; ${seed}`,
    );
    const before = await withClient(url, (client) => rowsOf(client, acme));
    const to = await now();
    await ask("update projects set name = 'moves' where id = 1");
    const moved = await command('tenants', 'move', acme, '--to', 'acme_own');
    expect([moved.code, moved.stderr]).toEqual([0, expect.anything()]);
    await there(damage);
    const { digest, refused, warnings } = await rewind({ to });
    expect([refused, warnings]).toEqual([[], []]);
    await rewind({ to }, digest);
    expect(await rows()).toEqual(before);
  });

  it('has triggers look names up as statements of the tenant do', async () => {
    const { ask, now, there, rewind } = await rewindableInSchema();
    await ask(placed);
    await there(seed);
    const to = await now();
    await there(damage);
    await ask(`create function sees() returns trigger language plpgsql as $$ begin
        insert into views (organization_id) values (new.organization_id); return null; end $$;
      create trigger sees after insert or update on t_acme.projects for each row execute function sees();`);
    const { digest } = await rewind({ to });
    await rewind({ to }, digest);
    const [counted] = await ask(
      'select (select count(*)::int from t_acme.views) as own, (select count(*)::int from public.views) as shared',
    );
    expect(counted).toEqual({ own: 2, shared: 0 });
  });
});
