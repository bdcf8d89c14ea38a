import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, globex, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('what a statement cannot do', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });
    const send = (text: string, values?: unknown[]) =>
      tenancy.run(acme, () => pool.query(text, values));

    const copies = { code: '0A000', hint: 'On Citus, let INSERT … SELECT end with RETURNING.' };

    test.each([
      [`insert into projects (name) select 'copy of ' || name from projects`],
      [`insert into projects (name) select v from (values ('a'), ('b')) x(v)`],
      [`insert into projects (name) select unnest(array['a', 'b'])`],
    ])('%s: needs RETURNING, and says so', async (text) => {
      expect(await failure(send(text))).toMatchObject(copies);
      const { rows } = await send(`${text} returning organization_id`);
      expect(rows).toEqual([{ organization_id: acme }, { organization_id: acme }]);
      await send(`delete from projects where name not in ('Rocket', 'Anvil')`);
    });

    const named = 'TENANT_UPDATE_REFUSED';

    test.each([
      [
        'MERGE',
        `merge into projects p using (values ('Rocket')) v(name) on p.name = v.name when matched then update set stars = 3`,
        [],
        'XX000',
      ],
      ['another tenant for a row', 'update projects set organization_id = $1', [globex], named],
      [
        'the tenant of the row in SET',
        'update projects set organization_id = $1, stars = 5',
        [acme],
        named,
      ],
      ['a volatile function in UPDATE', 'update projects set stars = random() * 10', [], '0A000'],
      [
        'a subquery in VALUES',
        `insert into projects (name) values ((select max(name) from projects))`,
        [],
        '0A000',
      ],
    ])('%s is refused', async (_, text, values, code) => {
      expect(await failure(send(text, values))).toMatchObject({ code });
      expect((await send('select count(*)::int from projects')).rows).toEqual([{ count: 2 }]);
    });
  });
});
