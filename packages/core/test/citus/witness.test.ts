import Cursor from 'pg-cursor';
import { beforeAll, describe, expect, test } from 'vitest';
import { failure } from '../support/wait.ts';
import { acme, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('the second witness', (world) => {
  const all = 'select * from projects';
  beforeAll(async () => {
    // a hole in the database wall
    await world.ask('drop policy projects_tenant_isolation on projects');
    await world.ask(
      'create policy projects_open on projects to app using (true) with check (true)',
    );
  });

  describe.each(entries)('through a %s', (entry) => {
    test('refuses the rows of another tenant', async () => {
      const pool = world.pool(entry, { witness: 'enforce', max: 1 });
      const foreign = {
        code: 'TENANT_ROW_FOREIGN',
        found: expect.stringContaining('public.projects'),
      };
      await tenancy.run(acme, async () => {
        expect(await failure(pool.query(all))).toMatchObject(foreign);
        expect(await failure(pool.transaction((client) => client.query(all)))).toMatchObject(
          foreign,
        );
        const cursor = pool.query(new Cursor(all));
        expect(await failure(cursor.read(100))).toMatchObject(foreign);
        const own = await pool.query(`${all} where organization_id = $1`, [acme]);
        expect(own.rowCount).toBe(2);
      });
    });

    test('counts them where it only observes', async () => {
      const heard: string[] = [];
      const logger = { warn: (message: string) => heard.push(message) };
      const pool = world.pool(entry, { witness: 'observe', max: 1, logger });
      await tenancy.run(acme, async () => {
        expect((await pool.query(all)).rowCount).toBe(10);
      });
      await pool.end();
      expect(heard.join('\n')).toContain('8 of 10 rows of public.projects');
    });
  });
});
