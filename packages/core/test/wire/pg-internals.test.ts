import pg from 'pg';
import utils from 'pg/lib/utils.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MessageWriter } from '../../src/wire/message-writer.ts';
import { coreDatabase } from '../support/database.ts';

// What the pool relies on beyond the public types of pg. When one of these fails after an update
// of pg, look at src/wire/flight.ts and src/wire/session.ts first.

const database = await coreDatabase();

interface InsideClient extends pg.Client {
  readonly connection: pg.Connection & {
    sendCopyFail(message: string): void;
    sync(): void;
  };
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
}

let client: InsideClient;
beforeEach(async () => {
  client = new pg.Client(database.web) as InsideClient;
  client.on('error', () => {});
  await client.connect();
});
afterEach(() => client.end());

const handlers = [
  'handleRowDescription',
  'handleDataRow',
  'handleCommandComplete',
  'handleEmptyQuery',
  'handlePortalSuspended',
  'handleCopyInResponse',
  'handleCopyData',
  'handleReadyForQuery',
  'handleError',
] as const;

/** A custom query that writes `bytes` and records what pg tells it, and what the connection says. */
function record(bytes: Buffer): Promise<string[]> {
  const calls: string[] = [];
  const { connection } = client;
  const query: Record<string, unknown> = {
    submit(given: pg.Connection) {
      calls.push(given === connection ? 'submit' : 'submit with something else');
      connection.stream.write(bytes);
      return null;
    },
  };
  for (const name of handlers) {
    query[name] = (message: { text?: string; fields?: unknown[]; message?: string }) => {
      const fields = Array.isArray(message?.fields) ? ` ${JSON.stringify(message.fields)}` : '';
      calls.push(name + (name === 'handleDataRow' ? fields : ''));
    };
  }
  const parsed = () => calls.push('event parseComplete');
  connection.on('parseComplete', parsed);
  return new Promise((resolve) => {
    connection.once('readyForQuery', (message: { status: string }) => {
      connection.removeListener('parseComplete', parsed);
      resolve([...calls, `event readyForQuery ${message.status}`]);
    });
    client.query(query as unknown as pg.Submittable);
  });
}

const statement = (text: string, writer = new MessageWriter()) =>
  writer.parse('', text).bind('', []).describePortal().execute();

describe('pg', () => {
  test('gives a custom query every answer of a flush, text as strings', async () => {
    const bytes = statement('select 2 as b, null', statement('select 1 as a')).sync().bytes();
    expect(await record(bytes)).toEqual([
      'submit',
      'event parseComplete',
      'handleRowDescription',
      'handleDataRow ["1"]',
      'handleCommandComplete',
      'event parseComplete',
      'handleRowDescription',
      'handleDataRow ["2",null]',
      'handleCommandComplete',
      'handleReadyForQuery',
      'event readyForQuery I',
    ]);
  });

  test('does not tell a custom query that failed of ReadyForQuery; the connection does', async () => {
    const bytes = statement('select 3', statement('select 1/0')).sync().bytes();
    const calls = await record(bytes);
    expect(calls).not.toContain('handleReadyForQuery');
    expect(calls.slice(-2)).toEqual(['handleError', 'event readyForQuery I']);
    expect(calls.filter((call) => call === 'handleError')).toHaveLength(1);
  });

  test('says in ReadyForQuery how the transaction stands', async () => {
    const inside = await record(statement('select 1', statement('begin')).sync().bytes());
    expect(inside.at(-1)).toBe('event readyForQuery T');
    const failed = await record(statement('select 1/0').sync().bytes());
    expect(failed.at(-1)).toBe('event readyForQuery E');
    const after = await record(statement('rollback').sync().bytes());
    expect(after.at(-1)).toBe('event readyForQuery I');
  });

  test('tells of an empty query without CommandComplete', async () => {
    const calls = await record(statement('').sync().bytes());
    expect(calls).toContain('handleEmptyQuery');
    expect(calls).not.toContain('handleCommandComplete');
  });

  test('ends its connection with an event, after it told the query', async () => {
    const calls: string[] = [];
    const query = { handleError: () => calls.push('handleError') } as Record<string, unknown>;
    query.submit = ({ stream }: pg.Connection) => void stream.destroy();
    const ended = new Promise((resolve) => client.connection.once('end', resolve));
    client.query(query as unknown as pg.Submittable);
    await ended;
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['handleError']);
  });

  test('has what a cancel request needs', () => {
    const { hostname, port } = new URL(database.web);
    expect(client).toMatchObject({ host: hostname, port: Number(port) });
    expect(client.processID).toBeGreaterThan(0);
    expect(Number.isInteger(client.secretKey)).toBe(true);
  });

  test('has the methods that are called on its connection', () => {
    for (const name of ['sendCopyFail', 'sync'] as const) {
      expect(typeof client.connection[name]).toBe('function');
    }
    expect(typeof client.connection.stream.write).toBe('function');
    expect((client as unknown as pg.CustomTypesConfig).getTypeParser(23, 'text')('7')).toBe(7);
  });

  test('prepares parameters in pg/lib/utils.js', () => {
    expect(utils.prepareValue(['a', null])).toBe('{"a",NULL}');
    expect(utils.prepareValue({ a: 1 })).toBe('{"a":1}');
    expect(utils.prepareValue(undefined)).toBe(null);
    expect(utils.prepareValue(Buffer.from('b'))).toEqual(Buffer.from('b'));
  });

  test('lends a client to a callback, and closes one that is released with true', async () => {
    const pool = new pg.Pool({ connectionString: database.web, max: 1 });
    const lent = await new Promise<pg.PoolClient>((resolve) => {
      pool.connect((_, given) => resolve(given as pg.PoolClient));
    });
    expect(pool.totalCount).toBe(1);
    lent.release(true);
    expect(pool.totalCount).toBe(0);
    await pool.end();
  });
});
