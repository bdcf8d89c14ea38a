import { sql } from 'drizzle-orm';
import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld, tenancy } from './support/world.ts';

const columns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  title: text().notNull().default(''),
  archived: boolean().notNull().default(false),
});
const tasks = pgTable('tasks', columns(), (t) => [
  ...rbac.isolate(t, {
    read: 'projects:read',
    write: {
      insert: 'projects:create',
      update: { permission: 'projects:update', where: sql`not ${t.archived}` },
    },
  }),
]);
const letters = pgTable('letters', columns(), (t) => [
  ...rbac.isolate(t, {
    read: { permission: 'projects:read', where: sql`not ${t.archived}` },
    write: { insert: 'projects:create', update: 'projects:update' },
  }),
]);
const { pool, as, organization } = await rbacWorld({}, { tasks, letters });

test.each(['tasks', 'letters'])(
  'a condition beside a permission holds for the new row of an UPDATE: %s',
  async (table) => {
    const { id, owner } = await organization();
    const run = (text: string) => as(owner, id, () => pool.query(text));
    await run(`insert into ${table} default values`);
    expect((await run(`update ${table} set title = 'Two'`)).rowCount).toBe(1);
    // with a column in WHERE, because only then PostgreSQL asks for the right to read
    const archive = run(`update ${table} set archived = true where title = 'Two'`);
    expect(await codeOf(archive)).toBe('42501');
  },
);
