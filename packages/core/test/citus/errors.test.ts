import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('an error', (world) => {
  beforeAll(async () => {
    await world.ask('alter table tasks add constraint title_is_short check (length(title) < 40)');
    await world.ask('alter table tasks drop constraint tasks_project_fk');
    await world.ask(
      `alter table tasks add constraint tasks_project_fk foreign key (organization_id, project_id)
         references projects on delete cascade deferrable`,
    );
    await world.ask(`create function refuse() returns trigger language plpgsql as $$ begin
      raise exception 'LIMIT_REACHED: 3 of 3' using errcode = 'TN001', detail = '{"limit": 3, "name": "build_1234567"}'; end $$`);
    await world.ask(
      `create constraint trigger refuse after update on tasks deferrable initially deferred for each row execute function refuse()`,
    );
  });

  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });
    const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
    const task = 'insert into tasks (project_id, title) values ($1, $2)';
    const nowhere = '00000000-0000-4000-8000-0000000000ff';

    /** The connection that reported the error still works, and nothing was committed. */
    async function stillWorks(): Promise<void> {
      const { rows } = await pool.query(
        `select (select count(*)::int from projects) as projects, (select count(*)::int from tasks) as tasks,
           bool_or(done) as done from tasks`,
      );
      expect(rows).toEqual([{ projects: 2, tasks: 2, done: false }]);
      expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    }

    test.each([
      [
        'a unique key',
        `insert into projects (name) values ('Rocket')`,
        [],
        { code: '23505', constraint: 'projects_organization_id_name_key' },
      ],
      [
        'a foreign key',
        task,
        [nowhere, 'x'],
        { code: '23503', table: 'tasks', constraint: 'tasks_project_fk' },
      ],
      [
        'not null',
        'insert into tasks (project_id) values ($1)',
        [nowhere],
        { code: '23502', table: 'tasks', column: 'title' },
      ],
      [
        'a check',
        task,
        [nowhere, 'x'.repeat(40)],
        { code: '23514', table: 'tasks', constraint: 'title_is_short' },
      ],
      ['a value', `select (title || 'x')::int from tasks`, [], { code: '22P02' }],
      ['a division', 'select 1 / (stars - stars) from projects', [], { code: '22012' }],
    ])('of %s has the names of the application', async (_, text, values, fields) => {
      await inAcme(async () => {
        const error = await failure(pool.query(text, values));
        expect(error).toMatchObject(fields);
        const { message, detail, where } = error as Error & { detail?: string; where?: string };
        expect(`${message} ${detail} ${where}`).not.toMatch(/_10\d{4}/);
        expect(error.stack).toContain('errors.test.ts');
        await stillWorks();
      });
    });

    const ways: Record<string, (...texts: string[]) => Promise<unknown>> = {
      alone: (text = '') => pool.query(text),
      'in a transaction': (...texts) =>
        pool.transaction(async (client) => {
          for (const text of texts) await client.query(text);
        }),
      'in a batch': (...texts) => pool.batch(() => texts.map((text) => pool.query(text))),
    };

    describe.each(Object.entries(ways))('at COMMIT, %s', (_, send) => {
      test('is that of the worker', async () => {
        await inAcme(async () => {
          const error = await failure(send('update tasks set done = true', 'select 1'));
          expect(error).toMatchObject({
            code: 'LIMIT_REACHED',
            found: '3 of 3',
            details: { limit: 3, name: 'build_1234567' },
          });
          await stillWorks();
        });
      });
    });

    test('at COMMIT of a deferred foreign key has its names', async () => {
      await inAcme(async () => {
        const failed = pool.transaction(async (client) => {
          await client.query('set constraints all deferred');
          await client.query(task, [nowhere, 'x']);
        });
        expect(await failure(failed)).toMatchObject({
          code: '23503',
          table: 'tasks',
          constraint: 'tasks_project_fk',
          detail: 'Key is not present in table "projects".',
        });
        await stillWorks();
      });
    });
  });
});
