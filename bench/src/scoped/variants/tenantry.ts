import { createTenantPool } from '@tenantry/core';
import { poolSize, readSample, type Variant, violates, writeSample } from '../operations.ts';
import { logins, tenancy } from '../schema.ts';
import { scoped as sql } from './sql.ts';

/**
 * Raw pg statements through the tenant pool. Every operation opens a scope of its own, which is
 * what a request with a single statement costs.
 */
export function tenantry(options: { readonly named: boolean }): Variant {
  return {
    name: options.named ? 'tenantry' : 'tenantry-unnamed',
    async open(url, max) {
      const pool = createTenantPool(tenancy, {
        connectionString: url(logins.web),
        ...poolSize(max),
        ...(!options.named && { preparedStatements: false }),
      });
      let removed = 0;
      pool.on('remove', () => removed++);
      const point = (id: string) => pool.query(sql.point, [id]);
      return {
        operations: {
          point(i) {
            const { tenant, id } = readSample(i);
            return tenancy.run(tenant, () => point(id));
          },
          list: (i) => tenancy.run(readSample(i).tenant, () => pool.query(sql.list)),
          count: (i) => tenancy.run(readSample(i).tenant, () => pool.query(sql.count)),
          insert: (i) =>
            tenancy.run(writeSample(i).tenant, () => pool.query(sql.insert, ['New', i])),
          update(i) {
            const { tenant, id } = writeSample(i);
            return tenancy.run(tenant, () => pool.query(sql.update, [id, i]));
          },
          transaction(i) {
            const { tenant, id } = writeSample(i);
            return tenancy.run(tenant, async () => {
              const client = await pool.connect();
              try {
                await client.query('begin');
                await client.query(sql.point, [id]);
                await client.query(sql.update, [id, i]);
                await client.query(sql.insert, ['New', i]);
                await client.query('commit');
              } catch (error) {
                await client.query('rollback');
                throw error;
              } finally {
                client.release();
              }
            });
          },
          batch(i) {
            const { tenant, id } = readSample(i);
            return tenancy.run(tenant, () =>
              pool.batch(() => [point(id), pool.query(sql.list), pool.query(sql.count)]),
            );
          },
          error(i) {
            const { tenant, id } = writeSample(i);
            return violates(tenancy.run(tenant, () => pool.query(sql.duplicate, [id, 'Twice'])));
          },
        },
        destroyed: () => removed,
        end: () => pool.end(),
      };
    },
  };
}
