import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('a transaction', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });
    const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
    const names = 'select name from projects order by name';
    const namesNow = async () => (await pool.query(names)).rows.map(({ name }) => name);
    const insert = (name: string) => ({
      text: 'insert into projects (name) values ($1)',
      values: [name],
    });
    const both = ['Anvil', 'Rocket'];

    test('commits all of it, or nothing', async () => {
      await inAcme(async () => {
        await pool.transaction(async (client) => {
          await client.query(insert('Kept'));
          await client.query(insert('Kept too'));
        });
        expect(await namesNow()).toEqual(['Anvil', 'Kept', 'Kept too', 'Rocket']);
        const undone = pool.transaction(async (client) => {
          await client.query('delete from projects');
          throw new Error('undone');
        });
        await expect(undone).rejects.toThrow('undone');
        expect(await namesNow()).toEqual(['Anvil', 'Kept', 'Kept too', 'Rocket']);
        await pool.query(`delete from projects where name like 'Kept%'`);
      });
    });

    test('goes on after a savepoint', async () => {
      await inAcme(async () => {
        const undone = pool.transaction(async (client) => {
          await client.query(insert('First'));
          await client.query('savepoint one');
          expect(await failure(client.query(insert('First')))).toMatchObject({ code: '23505' });
          await client.query('rollback to savepoint one');
          await client.query(insert('Second'));
          await client.query('savepoint two');
          await client.query('delete from projects');
          await client.query('rollback to savepoint two');
          await client.query('release savepoint one');
          const { rows } = await client.query(names);
          expect(rows.map(({ name }) => name)).toEqual(['Anvil', 'First', 'Rocket', 'Second']);
          throw new Error('undone');
        });
        await expect(undone).rejects.toThrow('undone');
      });
    });

    test('has its isolation level, or refuses writes', async () => {
      await inAcme(async () => {
        const level = `select current_setting('transaction_isolation') as level, name from projects where name = 'Rocket'`;
        const read = pool.transaction((client) => client.query(level), {
          isolationLevel: 'repeatable read',
        });
        expect((await read).rows).toEqual([{ level: 'repeatable read', name: 'Rocket' }]);
        const onWorker = `select current_setting('transaction_read_only') as read_only from projects where name = 'Rocket'`;
        const client = await pool.connect();
        await client.query('begin');
        await client.query('set transaction read only');
        expect((await client.query(onWorker)).rows).toEqual([{ read_only: 'on' }]);
        await client.query('commit');
        client.release();
        expect((await pool.query(onWorker)).rows).toEqual([{ read_only: 'off' }]);
        const written = pool.transaction((client) => client.query(insert('x')), { readOnly: true });
        expect(await failure(written)).toMatchObject({ code: '25006' });
      });
    });

    test('of a held client begins and ends where the caller says', async () => {
      await inAcme(async () => {
        const client = await pool.connect();
        expect((await client.query(names)).rowCount).toBe(2);
        await client.query('begin');
        await client.query(insert('Held'));
        await client.query('rollback');
        expect((await client.query(names)).rowCount).toBe(2);
        await client.query('begin');
        await client.query(insert('Held'));
        await client.query('commit');
        expect((await client.query(names)).rowCount).toBe(3);
        await client.query(`delete from projects where name = 'Held'`);
        client.release();
      });
    });

    test('of a batch is one for all of it', async () => {
      await inAcme(async () => {
        const [before, made, after] = await pool.batch(() => [
          pool.query(names),
          pool.query(`insert into projects (name) values ('Batch') returning organization_id`),
          pool.query(names),
        ]);
        expect([before?.rowCount, made?.rows, after?.rowCount]).toEqual([
          2,
          [{ organization_id: acme }],
          3,
        ]);
        const failed = pool.batch(() => [
          pool.query(`delete from projects where name = 'Batch'`),
          pool.query(insert('Rocket')),
        ]);
        expect(await failure(failed)).toMatchObject({
          code: '23505',
          constraint: 'projects_organization_id_name_key',
        });
        expect((await pool.query(`delete from projects where name = 'Batch'`)).rowCount).toBe(1);
      });
    });

    test('of a cursor or a stream shows the rows of the tenant', async () => {
      await inAcme(async () => {
        const cursor = pool.query(new Cursor<{ name: string }>(names));
        expect(await cursor.read(1)).toEqual([{ name: 'Anvil' }]);
        expect(await cursor.read(5)).toEqual([{ name: 'Rocket' }]);
        await cursor.close();
        const early = pool.query(new Cursor(names));
        await early.read(1);
        await early.close();
        const streamed: unknown[] = [];
        for await (const row of pool.query(new QueryStream(names))) streamed.push(row.name);
        expect(streamed).toEqual(both);
        await pool.transaction(async (client) => {
          await client.query(`declare names cursor for ${names}`);
          expect((await client.query('fetch 1 from names')).rows).toEqual([{ name: 'Anvil' }]);
          expect((await client.query('fetch all from names')).rows).toEqual([{ name: 'Rocket' }]);
        });
      });
    });

    test('of a cursor fails by the names of the application', async () => {
      await inAcme(async () => {
        const cursor = pool.query(new Cursor(insert('Rocket').text, ['Rocket']));
        const error = await failure(cursor.read(1));
        expect(error).toMatchObject({
          code: '23505',
          constraint: 'projects_organization_id_name_key',
        });
        expect(await namesNow()).toEqual(both);
      });
    });
  });
});
