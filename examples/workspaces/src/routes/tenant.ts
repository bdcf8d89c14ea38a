import { isNull } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { limits } from '../limits.ts';
import { memberships, tenants, workspaces } from '../schema/index.ts';
import { projects } from '../schema/lite.ts';
import type { Api } from '../validation.ts';

const { id, name, slug, plan } = tenants;

/** The tenant itself with what the member sees of it. */
export function tenantRoutes(api: Api, { db, pool }: Database): void {
  api.get('/tenant', async () => {
    const [[tenant], memberCount, workspaceCount] = await pool.batch(() => [
      db.select({ id, name, slug, plan }).from(tenants),
      db.$count(memberships),
      db.$count(workspaces, isNull(workspaces.deletedAt)),
    ]);
    return { ...tenant, memberCount, workspaceCount };
  });
}

/** The same in the lite variant. */
export function liteTenantRoutes(api: Api, { db, pool }: Database): void {
  api.get('/tenant', async () => {
    const [[tenant], memberCount, projectCount] = await pool.batch(() => [
      db.select({ id, name, slug, plan }).from(tenants),
      db.$count(memberships),
      db.$count(projects, isNull(projects.deletedAt)),
    ]);
    return { ...tenant, memberCount, projectCount };
  });
}

/** What the tenant uses of its plan. */
export function usageRoutes(api: Api, { pool }: Database): void {
  api.get('/usage', async () => ({ items: await limits.usage(pool) }));
}
