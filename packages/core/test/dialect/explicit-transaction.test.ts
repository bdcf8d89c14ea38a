import { EventEmitter } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/dialect/dialect.ts';
import { postgres } from '../../src/dialect/postgres/postgres.ts';
import { openShared } from '../../src/pool/open-shared.ts';
import { opener } from '../../src/pool/opener.ts';
import { readOptions } from '../../src/pool/options.ts';
import { readStatement } from '../../src/pool/statement.ts';
import { readable } from '../../src/pool/wire-statement.ts';
import { currentScope } from '../../src/scope/current.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// A dialect as Citus needs it: BEGIN, context, statements, COMMIT and one Sync, without names. PostgreSQL
// understands it too.

const flushes: string[] = [];
const write =
  (text: string): Dialect['writeBegin'] =>
  (writer, steps) => {
    flushes.push(text);
    writer.parse('', text).bind('', []).execute();
    steps.push({ onRow() {}, onComplete() {} });
  };
const explicit: Dialect = {
  namesStatements: false,
  contextWriter: postgres.contextWriter,
  writeBegin: write('begin'),
  writeEnd: write('commit'),
  readError: postgres.readError,
  endFailed: postgres.endFailed,
};

const database = await coreDatabase();
const options = readOptions(tenancy, { connectionString: database.web, max: 1 });
const open = opener(tenancy, options, new EventEmitter(), explicit);
const placement = openShared(tenancy, options, open, new Set());
afterAll(async () => {
  for (const { server } of placement.executors.slice(0, 1)) await server.end();
});

/** Runs statements in one flush, in the scope of the running code. */
const flush = (...texts: string[]) => {
  const scope = currentScope(tenancy.setting);
  const statements = texts.map((text) => readStatement(scope, text, []));
  return placement.at(scope, (executor) =>
    executor.run(scope, statements, (outcomes) => outcomes.map((each) => readable(each).rows)),
  );
};
const names = `select name from projects order by name`;
const backend = 'select pg_backend_pid() as pid';

describe('a dialect with transactions of its own', () => {
  test('sends each flush as one, and answers its statements alone', async () => {
    flushes.length = 0;
    const rows = await tenancy.run(acme, () => flush(names, 'select 1 as one'));
    expect(rows).toEqual([[{ name: 'Anvil' }, { name: 'Rocket' }], [{ one: 1 }]]);
    expect(flushes).toEqual(['begin', 'commit']);
    expect(await tenancy.run(globex, () => flush(names))).toEqual([[{ name: 'Reactor' }]]);
  });

  test('commits what it wrote before it answers', async () => {
    await tenancy.run(acme, () => flush(`insert into projects (name) values ('Dialect')`));
    expect(await database.ask(`select name from projects where name = 'Dialect'`)).toHaveLength(1);
    await tenancy.run(acme, () => flush(`delete from projects where name = 'Dialect'`));
  });

  test('rolls a failed flush back, names the failed statement, and keeps the connection', async () => {
    const [before] = await tenancy.run(acme, () => flush(backend));
    const insert = `insert into projects (name) values ('Half')`;
    const error = await failure(tenancy.run(acme, () => flush(insert, 'select 1/0', names)));
    expect(error).toMatchObject({ index: 1, cause: { code: '22012' } });
    expect(await database.ask(`select from projects where name = 'Half'`)).toEqual([]);
    expect(await tenancy.run(globex, () => flush(backend, names))).toEqual([
      before,
      [{ name: 'Reactor' }],
    ]);
  });

  test('gives no statement a name', async () => {
    const prepared = 'select name from pg_prepared_statements';
    await tenancy.run(acme, () => flush(names));
    expect(await tenancy.run(acme, () => flush(prepared))).toEqual([[]]);
  });

  test('leaves the transactions of a caller alone', async () => {
    await tenancy.run(acme, async () => {
      const scope = currentScope(tenancy.setting);
      const client = await placement.at(scope, (executor) =>
        executor.server.checkout(scope, async (session) =>
          placement.client(executor, session, scope),
        ),
      );
      flushes.length = 0;
      await client.query('begin');
      await client.query(`insert into projects (name) values ('Undone')`);
      expect(await failure(client.query('select 1/0') as Promise<unknown>)).toMatchObject({
        code: '22012',
      });
      expect(client.getTransactionStatus()).toBe('E');
      await client.query('rollback');
      expect(flushes).toEqual([]);
      await client.query(names);
      expect(flushes).toEqual(['begin', 'commit']);
      expect(client.getTransactionStatus()).toBe('I');
      client.release();
    });
    expect(await database.ask(`select from projects where name = 'Undone'`)).toEqual([]);
  });
});
