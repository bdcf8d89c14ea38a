import pg from 'pg';
import { poolSize, readSample, type Variant, violates, writeSample } from '../operations.ts';
import { logins } from '../schema.ts';
import { handWritten as sql } from './sql.ts';

type Query = (name: keyof typeof sql, values: unknown[]) => Promise<pg.QueryResult>;

/** `WHERE organization_id = $1` in every statement, through pg, with a login that no policy binds. */
export function handWritten(options: { readonly named: boolean }): Variant {
  const config = (name: keyof typeof sql, values: unknown[]) =>
    options.named ? { name, text: sql[name], values } : { text: sql[name], values };
  return {
    name: options.named ? 'hand-written-named' : 'hand-written',
    async open(url, max) {
      const pool = new pg.Pool({ connectionString: url(logins.trusted), ...poolSize(max) });
      pool.on('error', () => {});
      let removed = 0;
      pool.on('remove', () => removed++);
      const query: Query = (name, values) => pool.query(config(name, values));
      return {
        operations: { ...statements(query), transaction: transactions(pool, config) },
        destroyed: () => removed,
        end: () => pool.end(),
      };
    },
  };
}

function statements(query: Query) {
  const point = (i: number) => {
    const { tenant, id } = readSample(i);
    return query('point', [tenant, id]);
  };
  const list = (i: number) => query('list', [readSample(i).tenant]);
  const count = (i: number) => query('count', [readSample(i).tenant]);
  return {
    point,
    list,
    count,
    insert: (i: number) => query('insert', [writeSample(i).tenant, 'New', i]),
    update(i: number) {
      const { tenant, id } = writeSample(i);
      return query('update', [tenant, id, i]);
    },
    async batch(i: number) {
      await point(i);
      await list(i);
      await count(i);
    },
    error(i: number) {
      const { tenant, id } = writeSample(i);
      return violates(query('duplicate', [tenant, id, 'Twice']));
    },
  };
}

function transactions(
  pool: pg.Pool,
  config: (name: keyof typeof sql, values: unknown[]) => pg.QueryConfig,
) {
  return async (i: number) => {
    const { tenant, id } = writeSample(i);
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(config('point', [tenant, id]));
      await client.query(config('update', [tenant, id, i]));
      await client.query(config('insert', [tenant, 'New', i]));
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
}
