import { connect, createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const target = new URL(database.web);
const clients = new Set<Socket>();

/** Passes everything on, and lets a test say something in the name of the server. */
const proxy = createServer((client) => {
  const server = connect(Number(target.port), target.hostname);
  clients.add(client);
  client.on('close', () => clients.delete(client));
  for (const socket of [client, server]) socket.on('error', () => {});
  client.pipe(server).pipe(client);
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
afterAll(() => void proxy.close());
const through = new URL(database.web);
through.port = String((proxy.address() as { port: number }).port);

const message = (kind: string, ...body: number[]) =>
  Buffer.from([kind.charCodeAt(0), 0, 0, 0, body.length + 4, ...body]);
const strays: [string, Buffer][] = [
  ['ParseComplete', message('1')],
  ['CommandComplete', message('C', ...Buffer.from('SELECT 1\0'))],
  ['RowDescription', message('T', 0, 0)],
  ['DataRow', message('D', 0, 0)],
  ['PortalSuspended', message('s')],
  ['EmptyQueryResponse', message('I')],
  ['CopyInResponse', message('G', 0, 0, 0)],
  ['CopyData', message('d', 1)],
  ['what is no message', Buffer.from([0, 0, 0, 0, 4])],
];

describe('a message that nobody asked for', () => {
  test.each(strays)('%s: the connection is given up, and nothing else', async (_, stray) => {
    const pool = database.pool({ connectionString: through.href, max: 1 });
    const say = () => {
      for (const client of clients) client.write(stray);
    };
    await tenancy.run(acme, async () => {
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      say(); // in hand, between two statements
      await until(() => pool.totalCount === 0, 'the connection was given up', 60_000);
      expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);

      const client = await pool.connect();
      await client.query('begin');
      await client.query(`insert into projects (name) values ('of a lost connection')`);
      say();
      await until(() => client.getTransactionStatus() === null, 'the client knows', 60_000);
      expect(await failure(client.query('commit'))).toBeInstanceOf(Error);
      client.release();
      const { rows } = await pool.query(
        `select 1 from projects where name = 'of a lost connection'`,
      );
      expect(rows).toEqual([]);
    });
  });
});
