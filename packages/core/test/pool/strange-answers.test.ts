import { createServer } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createTenantPool } from '../../src/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();

const message = (kind: string, body: Buffer) => {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const ready = message('Z', Buffer.from('I'));
const bound = Buffer.concat([message('1', Buffer.alloc(0)), message('2', Buffer.alloc(0))]);
const complete = message('C', Buffer.from('SELECT 1\0'));
const row = (text: string) =>
  message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 0, text.length]), Buffer.from(text)]));

/** A server that takes any login, and answers every statement with the same. */
async function answering(answer: Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      socket.on('data', (data) => {
        if (data.toString('latin1', 0, 1) === 'P') socket.write(Buffer.concat([answer, ready]));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `postgres://somebody@127.0.0.1:${(server.address() as { port: number }).port}/x`;
}

test.each([
  ['nothing at all', Buffer.alloc(0)],
  ['no row', Buffer.concat([bound, complete])],
  ['a row of something else', Buffer.concat([bound, row('Foo'), complete])],
])('a server that answers the check with %s is named as what it is', async (_, answer) => {
  const pool = createTenantPool(tenancy, { connectionString: await answering(answer) });
  const error = await failure(tenancy.run(acme, () => pool.query('select 1')));
  expect(error).toMatchObject({ code: 'POOL_UNAVAILABLE' });
  expect(error.message).toContain('not one of PostgreSQL');
  await pool.end();
});

// 16: boolean, 23: integer, 114: json, 1009: text[]; applications change how all of pg reads them
test.each([16, 19, 23, 25, 114, 1009])(
  'the check does not read by a changed type %i',
  async (oid) => {
    const before = pg.types.getTypeParser(oid);
    onTestFinished(() => pg.types.setTypeParser(oid, before as never));
    pg.types.setTypeParser(oid, (text: string) => `changed: ${text}`);
    const pool = database.pool({ max: 1 });
    const ask = () => pool.query(`select '1'::text collate "C" as t, 1 as n`);
    const { rows } = await tenancy.run(acme, ask);
    expect(Object.values(rows[0]).filter((value) => String(value).includes('changed')).length).toBe(
      oid === 23 || oid === 25 ? 1 : 0,
    );
  },
);
