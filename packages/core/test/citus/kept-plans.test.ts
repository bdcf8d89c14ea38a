import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

/** More than one on each shard. */
const many = Array.from({ length: 32 }, (_, i) => `00000000-0000-4000-9000-0000000000${10 + i}`);

const functionOf = (name: string, body: string, returns = 'bigint') =>
  `create function ${name} returns ${returns} language plpgsql as $$ declare n bigint := 0; begin ${body} end $$`;

const functions = {
  'count_all()': 'select count(*) into n from public.projects; return n;',
  'count_from(above int)':
    'select count(*) into n from public.projects where stars >= above; return n;',
  'touch_all()': 'update public.projects set name = name; get diagnostics n = row_count; return n;',
};

const calls = Object.keys(functions).map((name) => name.replace('above int', '0'));

/** What a trigger does on a shard, and how often a row was there. */
const triggers = {
  parameter:
    'select count(*) into n from public.projects where organization_id = new.organization_id;',
  'no parameter': 'select count(*) into n from public.projects;',
  update: `update public.projects set stars = stars where organization_id = new.organization_id;
    get diagnostics n = row_count;`,
};

onCitus('plans that functions keep', (world) => {
  beforeAll(async () => {
    for (const [name, body] of Object.entries(functions)) await world.ask(functionOf(name, body));
    for (const id of many) {
      await world.ask(`insert into organizations values ($1, 'One of many', 'team')`, [id]);
      await world.ask(
        `insert into projects (organization_id, id, name) values ($1, $1, 'Rocket'), ($1, gen_random_uuid(), 'Anvil')`,
        [id],
      );
    }
  });

  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });

    test.each(calls)('%s finds the rows of each tenant', async (call) => {
      const found = [];
      for (let i = 0; i < 96; i++) {
        const tenant = many[i % many.length] as string;
        const { rows } = await tenancy.run(tenant, () => pool.query(`select ${call} as n`));
        found.push(rows[0].n);
      }
      expect(found).toEqual(found.map(() => '2'));
    });

    test.each(Object.entries(triggers))('a trigger on a shard does: %s', async (name, body) => {
      const own = `note_${entry}_${name}`.replaceAll(' ', '_');
      await world.ask(
        functionOf(`${own}()`, `${body} new.title := n::text; return new;`, 'trigger'),
      );
      await world.ask(
        `create trigger ${own} before insert on tasks for each row execute function ${own}()`,
      );
      try {
        const found = [];
        for (let i = 0; i < 96; i++) {
          const tenant = many[i % many.length] as string;
          const { rows } = await tenancy.run(tenant, () =>
            pool.query(`insert into tasks (project_id, title) values ($1, 'x') returning title`, [
              tenant,
            ]),
          );
          found.push(rows[0].title);
        }
        expect(found).toEqual(found.map(() => '2'));
      } finally {
        await world.ask(`drop trigger ${own} on tasks`);
      }
    });
  });
});
