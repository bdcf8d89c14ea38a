import { notOnCitus } from '../on-citus.ts';

/** A schema for a tenant, on Citus: its tables would be on the coordinator, or in a distribution of their own. */
export const noSchemas = (what: string) =>
  notOnCitus(
    `${what}: a schema for a tenant`,
    'Give the tenant a database of its own, or a shard: isolate_tenant_to_new_shard(…).',
  );
