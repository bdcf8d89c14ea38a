import { describe, expect, test } from 'vitest';
import { readWorkerError } from '../../src/dialect/citus/worker-error.ts';
import type { Session } from '../../src/wire/session.ts';

const read = (fields: Record<string, unknown>) =>
  readWorkerError(Object.assign(new Error(String(fields.message)), fields), {} as Session);

describe('an error of a worker', () => {
  test.each([
    [
      'new row violates row-level security policy for table "projects_102109"',
      'new row violates row-level security policy for table "projects"',
    ],
    ['permission denied for table projects_102109', 'permission denied for table projects'],
    ['relation "my table_102109" does not exist', 'relation "my table" does not exist'],
    ['index "projects_pkey_102109" is broken', 'index "projects_pkey" is broken'],
    ['invalid input syntax for type integer: "102109"', undefined],
    ['relation "reports_2024" does not exist', undefined],
  ])('%s', (message, expected = message) => {
    expect(read({ message }).message).toBe(expected);
  });

  test.each([
    ['duplicate key value violates unique constraint "a_key_102109"', { constraint: 'a_key' }],
    [
      'insert or update on table "tasks_102117" violates foreign key constraint "tasks_fk_102117"',
      { table: 'tasks', constraint: 'tasks_fk' },
    ],
    [
      'update or delete on table "a_102117" violates foreign key constraint "tasks_fk_102117" on table "tasks_102120"',
      { table: 'tasks', constraint: 'tasks_fk' },
    ],
    [
      'update or delete on table "a_102117" violates RESTRICT setting of foreign key constraint "tasks_fk_102117" on table "tasks_102120"',
      { table: 'tasks', constraint: 'tasks_fk' },
    ],
    [
      'null value in column "title" of relation "tasks_102117" violates not-null constraint',
      { table: 'tasks', column: 'title' },
    ],
    [
      'new row for relation "tasks_102117" violates check constraint "short"',
      { table: 'tasks', constraint: 'short' },
    ],
    [
      'conflicting key value violates exclusion constraint "a_excl_102117"',
      { constraint: 'a_excl' },
    ],
    [
      'permission denied to change column "plan" of table "organizations_102117"',
      { table: 'organizations', column: 'plan' },
    ],
  ])('%s has the fields of PostgreSQL', (message, fields) => {
    expect(read({ message })).toMatchObject(fields);
  });

  test('keeps the values of the application', () => {
    const detail = 'Key (organization_id, name)=(7, build_1234567) already exists.';
    expect(read({ message: 'x', detail })).toMatchObject({ detail });
    const json = '{"name": "build_1234567", "of": ["a", "b_1234567"]}';
    expect(read({ message: 'x', detail: json })).toMatchObject({ detail: json });
    expect(
      read({ message: 'x', detail: 'Key (a)=(b_1234567) is not present in table "c_102109".' }),
    ).toMatchObject({ detail: 'Key (a)=(b_1234567) is not present in table "c".' });
  });
});
