import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distribute } from '../../src/distribution/index.ts';
import { application } from '../distribution/schemas.ts';

const acme = '00000000-0000-4000-8000-000000000001';

describe.skipIf(citusUrl() === undefined)('triggers of tables that are distributed', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({
      migrate: (url) => applySchema(url, application('postgres')),
    });
  });
  afterAll(() => database?.drop());

  test('do not fire for the rows that are copied, and stay as they were', () =>
    withClient(database.url, async (client) => {
      await client.query("insert into organizations (id, name) values ($1, 'Acme')", [acme]);
      await client.query(`
        create function refuse() returns trigger language plpgsql as $$ begin raise exception 'fired'; end $$;
        create trigger refuse after insert on organizations for each row execute function refuse();
        create trigger refuse_always after insert on organizations for each statement execute function refuse();
        create trigger refuse_never after insert on organizations for each statement execute function refuse();
        alter table organizations enable always trigger refuse_always, disable trigger refuse_never;`);
      const { rows } = await distribute(client, application('citus'));
      expect(rows.organizations).toBe(1);
      const triggers = await client.query(
        `select tgname, tgenabled from pg_trigger where tgrelid = 'organizations'::regclass and tgname like 'refuse%' order by 1`,
      );
      expect(triggers.rows).toEqual([
        { tgname: 'refuse', tgenabled: 'O' },
        { tgname: 'refuse_always', tgenabled: 'A' },
        { tgname: 'refuse_never', tgenabled: 'D' },
      ]);
      await expect(
        client.query("insert into organizations (id, name) values (gen_random_uuid(), 'B')"),
      ).rejects.toThrow(/fired/);
    }));
});
