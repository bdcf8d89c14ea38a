import { Writable } from 'node:stream';
import { defineTenancy, type Tenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distributeCommand } from '../../src/commands/distribute/command.ts';
import { execute } from '../../src/kit/execute.ts';

function application(dialect: Tenancy['dialect']) {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, tenants, shared } = defineIsolation(tenancy);
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const tasks = pgTable('tasks', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [
    ...isolate(t),
  ]);
  const plans = pgTable('plans', { key: text().primaryKey() }, (t) => [...shared(t)]);
  return { tenancy, schema: { organizations, tasks, plans } };
}

describe.skipIf(citusUrl() === undefined)('tenantry distribute', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({
      migrate: (url) => applySchema(url, application('postgres')),
    });
  });
  afterAll(() => database?.drop());

  const run = async (...argv: string[]) => {
    let printed = '';
    const stream = () =>
      new Writable({
        write(chunk, _encoding, done) {
          printed += chunk;
          done();
        },
      }) as unknown as NodeJS.WriteStream;
    const project = { ...application('citus'), features: [], database: {}, exempt: {} };
    const code = await execute(distributeCommand, {
      name: 'distribute',
      argv: [...argv, '--url', database.url],
      stdout: stream(),
      stderr: stream(),
      loadProject: async () => project,
      own: () => ({ project }),
    });
    return { code, printed };
  };

  test('says what it would do, does it, and finds nothing to do', async () => {
    await withClient(database.url, (client) =>
      client.query('insert into organizations values (gen_random_uuid()), (gen_random_uuid())'),
    );
    const locked = 'All of it is one transaction: the tables are locked until it ends.';
    const planned = await run('--dry-run');
    expect(planned.code).toBe(0);
    expect(planned.printed.split('\n')).toEqual(
      expect.arrayContaining([
        '· plans          on every node',
        '· organizations  by id',
        '· tasks          by organization_id',
        locked,
      ]),
    );
    const { code, printed } = await run();
    expect(code).toBe(0);
    expect(printed).toContain('✓ organizations  by id, 2 rows before and after');
    expect(printed).not.toContain(locked);
    expect((await run('--dry-run')).printed).toContain('✓ tasks          by organization_id');
    expect(await run('--dry-run', '--json')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('"obstacles"'),
    });
  });

  test('says what stands in the way, and fails', async () => {
    await withClient(database.url, (client) => client.query('drop table plans'));
    const { code, printed } = await run('--dry-run');
    expect([code, printed]).toEqual([
      1,
      expect.stringContaining('✗ plans\n  found  the table is not in this database.'),
    ]);
  });
});
