import { expect, test } from 'vitest';
import { mentionsTable } from '../src/sql/mentions.ts';

const users = { schema: 'public', name: 'users' };

test.each([
  'select * from users',
  'select * from Users u',
  'select users.id from users',
  'select * from public.users',
  'select * from "public" . "users"',
  "execute format('select * from %I', 'users')",
  "execute 'select ''--'', id from users'",
  'select 1 --\nfrom users',
])('%s names it', (sql) => expect(mentionsTable(sql, users)).toBe(true));

test.each([
  'select * from users_view',
  'select * from all_users',
  'select * from "Users"',
  'select * from "all users"',
  'select * from other.users',
  'select u.users from u',
  'select * from users$1',
  'select * from üusers',
  'select 1 -- users',
  'select /* of\nusers */ 1',
])('%s does not', (sql) => expect(mentionsTable(sql, users)).toBe(false));

test('a name that needs quotes', () => {
  const table = { schema: 'My schema', name: 'Order "items"' };
  expect(mentionsTable('from "My schema"."Order ""items"""', table)).toBe(true);
  expect(mentionsTable('from "Order ""items"""', table)).toBe(true);
  expect(mentionsTable('from "My schema"."Order"', table)).toBe(false);
});
