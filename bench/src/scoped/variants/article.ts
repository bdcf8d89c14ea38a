import pg from 'pg';
import { poolSize, readSample, type Variant, violates, writeSample } from '../operations.ts';
import { logins, tenancy } from '../schema.ts';
import { scoped as sql } from './sql.ts';

/**
 * What articles on row-level security show: BEGIN, the role, the setting, the statement, COMMIT,
 * one after the other. The login is the one of the tenant pool, under the same policies.
 */
export const article: Variant = {
  name: 'article',
  async open(url, max) {
    const pool = new pg.Pool({ connectionString: url(logins.web), ...poolSize(max) });
    pool.on('error', () => {});
    let removed = 0;
    pool.on('remove', () => removed++);
    const inTransaction = inTransactionOf(pool);
    const point = (client: pg.PoolClient, id: string) => client.query(sql.point, [id]);
    return {
      operations: {
        point(i) {
          const { tenant, id } = readSample(i);
          return inTransaction(tenant, (client) => point(client, id));
        },
        list: (i) => inTransaction(readSample(i).tenant, (client) => client.query(sql.list)),
        count: (i) => inTransaction(readSample(i).tenant, (client) => client.query(sql.count)),
        insert: (i) =>
          inTransaction(writeSample(i).tenant, (client) => client.query(sql.insert, ['New', i])),
        update(i) {
          const { tenant, id } = writeSample(i);
          return inTransaction(tenant, (client) => client.query(sql.update, [id, i]));
        },
        transaction(i) {
          const { tenant, id } = writeSample(i);
          return inTransaction(tenant, async (client) => {
            await point(client, id);
            await client.query(sql.update, [id, i]);
            await client.query(sql.insert, ['New', i]);
          });
        },
        batch(i) {
          const { tenant, id } = readSample(i);
          return inTransaction(tenant, async (client) => {
            await point(client, id);
            await client.query(sql.list);
            await client.query(sql.count);
          });
        },
        error(i) {
          const { tenant, id } = writeSample(i);
          const twice = (client: pg.PoolClient) => client.query(sql.duplicate, [id, 'Twice']);
          return violates(inTransaction(tenant, twice));
        },
      },
      destroyed: () => removed,
      end: () => pool.end(),
    };
  },
};

function inTransactionOf(pool: pg.Pool) {
  return async <R>(tenant: string, work: (client: pg.PoolClient) => Promise<R>): Promise<R> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`set local role ${tenancy.roles.app}`);
      await client.query(`select set_config('${tenancy.setting}', $1, true)`, [tenant]);
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
}
