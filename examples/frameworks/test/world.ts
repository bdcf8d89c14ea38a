import { header } from '@tenantry/core/resolvers';
import { createConformanceWorld } from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';

export const resolve = header('x-tenant', { by: 'slug' });

/** Two organizations, and a pool of four connections. */
export async function frameworkWorld() {
  const world = await createConformanceWorld({ server: await testServer() });
  afterAll(() => world.end());
  const { pool } = world;
  const [acme, globex] = world.tenants;
  return {
    pool,
    world,
    asAda: { 'x-tenant': acme.claim, 'x-user': acme.user },
    asBob: { 'x-tenant': globex.claim, 'x-user': globex.user },
    asStranger: { 'x-tenant': acme.claim, 'x-user': globex.user },
    names: async () =>
      (await pool.query<{ name: string }>('select name from projects order by name')).rows.map(
        ({ name }) => name,
      ),
  };
}
