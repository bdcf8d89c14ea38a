import { createTenantPool } from '@tenantry/core';
import pg from 'pg';
import type { Operation } from '../lib/window.ts';
import {
  type CitusBenchDatabase,
  itemId,
  rowsPerTenant,
  tenancy,
  tenantCount,
  tenantId,
} from './schema.ts';

/** The operations, in words for whoever reads the tables. */
export const operations = {
  select: 'a row by its id',
  update: 'an update of a row by its id',
  join: 'a row with its project',
} as const;
export type Op = keyof typeof operations;

const texts = {
  select: 'select id, name, stars from items where id = $1',
  update: 'update items set stars = stars + 1 where id = $1',
  join: `select i.id, i.name, p.name as project from items i
    join projects p on p.organization_id = i.organization_id and p.id = i.project_id where i.id = $1`,
} satisfies Record<Op, string>;
const filtered: Readonly<Record<Op, string>> = {
  select: `${texts.select} and organization_id = $2`,
  update: `${texts.update} and organization_id = $2`,
  join: `${texts.join} and i.organization_id = $2`,
};
const onTablesByHand = (text: string) => text.replace(/\b(items|projects)\b/g, '$1_by_hand');

/**
 * `pool`: application code without a filter. `hand`: a transaction that sets the context, and a filter in
 * each statement, as a careful person writes it, on tables with the policy that this person writes.
 * `filter`: the same on the tables of the pool. `worker`: the pool, on a worker.
 */
export type Way = 'hand' | 'filter' | 'pool' | 'worker';

export interface Side {
  readonly operation: (op: Op) => Operation;
  readonly explain: (op: Op) => Promise<string>;
  end(): Promise<void>;
}

const rowOf = (i: number) => (i * 7919) % (tenantCount * rowsPerTenant);
const sampleOf = (i: number) => {
  const row = rowOf(i);
  return { tenant: tenantId(Math.floor(row / rowsPerTenant)), id: itemId(row) };
};

/** @param proxied whether its connections go through the proxy of the coordinator */
export function openSide(
  { logins, proxy, worker }: CitusBenchDatabase,
  way: Way,
  clients: number,
  proxied = false,
): Side {
  if (way === 'worker') return poolSide(worker, clients);
  const url = proxied ? proxy.url(logins.app) : logins.app;
  if (way === 'pool') return poolSide(url, clients);
  return handSide(url, clients, way === 'hand' ? onTablesByHand : (text) => text);
}

const exempt = { 'public.*_by_hand': 'tables of the other side' };

function poolSide(connectionString: string, max: number): Side {
  const pool = createTenantPool(tenancy, { connectionString, max, idleTimeoutMillis: 0, exempt });
  return {
    operation: (op) => (i) => {
      const { tenant, id } = sampleOf(i);
      return tenancy.run(tenant, () => pool.query(texts[op], [id]));
    },
    async explain(op) {
      const { tenant, id } = sampleOf(1);
      const { rows } = await tenancy.run(tenant, () =>
        pool.query(`explain ${texts[op].replace('$1', `'${id}'`)}`),
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    },
    end: () => pool.end(),
  };
}

function handSide(connectionString: string, max: number, on: (text: string) => string): Side {
  const pool = new pg.Pool({ connectionString, max, idleTimeoutMillis: 0 });
  return {
    operation: (op) => async (i) => {
      const text = on(filtered[op]);
      const { tenant, id } = sampleOf(i);
      const client = await pool.connect();
      await client.query(
        `begin; set local role ${tenancy.roles.app}; set local citus.propagate_set_commands = 'local'; set local ${tenancy.setting} = '${tenant}'`,
      );
      const result = await client.query(text, [id, tenant]);
      await client.query('commit');
      client.release();
      return result;
    },
    explain: async () => '',
    end: () => pool.end(),
  };
}
