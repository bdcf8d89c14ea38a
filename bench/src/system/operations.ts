import type { Operation } from '../lib/window.ts';
import { itemId, rowsPerTenant, type SystemSide, tenantCount, tenantId, user } from './schema.ts';

/** The operations, in words for whoever reads the tables. */
export const operations = {
  point: 'system work: a row by its id',
  join: 'system work: a row by its id, with its project',
  enter: 'an entry by a claim, which checks the membership',
  limit: 'a tenant inserts a row that is counted',
  capture: 'a tenant updates a row whose changes are logged',
};
export type Op = keyof typeof operations;

const system = { reason: 'bench', actor: 'bench' };

/** What one operation does on a side. It answers what both sides must answer alike. */
export function operationOf(op: Op, { tenancy, pool }: SystemSide): Operation {
  const row = (i: number) => (i * 7919) % (tenantCount * rowsPerTenant);
  const tenant = (i: number) => tenantId(Math.floor(row(i) / rowsPerTenant));
  const inSystem = (text: string) => (i: number) =>
    tenancy.asSystem(system, async () => (await pool.query(text, [itemId(row(i))])).rows);
  const inTenant = (text: string, values: (i: number) => unknown[]) => (i: number) =>
    tenancy.run({ organizationId: tenant(i), user }, async () => {
      return (await pool.query(text, values(i))).rowCount;
    });
  if (op === 'point') return inSystem('select id, name from items where id = $1');
  if (op === 'join') {
    return inSystem(
      `select i.id, i.name, p.name as project from items i
       join projects p using (organization_id) where i.id = $1`,
    );
  }
  if (op === 'limit') return inTenant('insert into limited (name) values ($1)', (i) => [`n${i}`]);
  if (op === 'capture') {
    return inTenant('update captured set stars = stars + 1 where id = $1', (i) => [itemId(row(i))]);
  }
  return (i) =>
    pool.enter({ claim: { by: 'slug', value: `o${i % tenantCount}` }, user }, () =>
      Promise.resolve(i),
    );
}
