import type { TenantPool } from '@tenantry/core';
import type pg from 'pg';

/** Projects by SQL, on the tenant pool itself. No statement names the organization: the scope does. */
export function projectsWithPg(pool: TenantPool) {
  return {
    async list(): Promise<string[]> {
      const { rows } = await pool.query<{ name: string }>(
        'select name from projects order by name',
      );
      return rows.map(({ name }) => name);
    },

    /** Inserts a project, and does what follows in its transaction. */
    create: (name: string, then: (tx: pg.PoolClient, id: string) => Promise<unknown>) =>
      pool.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string }>(
          'insert into projects (name) values ($1) returning id',
          [name],
        );
        const id = rows[0]?.id as string;
        await then(tx, id);
        return id;
      }),

    async renameAll(name: string): Promise<number> {
      const { rowCount } = await pool.query('update projects set name = $1', [name]);
      return rowCount ?? 0;
    },
  };
}
