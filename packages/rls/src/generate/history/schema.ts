import { TenantryError } from '@tenantry/core';
import { defaultSchema } from '@tenantry/core/sql';
import { standingAfter } from '../objects/standing-after.ts';
import type { Section } from '../section.ts';
import type { Migrated } from './read.ts';

/** The schema that the foundation creates, which is that of the tenancy. */
export function schemaOf(all: readonly Section[]): string {
  const foundation = all.filter(({ id }) => id === 'foundation');
  const made = [...standingAfter(foundation).objects].find(({ kind }) => kind === 'schema');
  return made?.schema ?? defaultSchema;
}

/**
 * Refuses a folder whose migrations created another schema. That schema contains partitions, sequences
 * and rows of the log, which no migration may lose, and policies and defaults refer to its functions.
 *
 * @throws TenantryError `CONFIG_INVALID`
 */
export function refuseOtherSchema(all: readonly Section[], { standing }: Migrated): void {
  const schema = schemaOf(all);
  const other = [...standing.objects].find(
    (object) =>
      object.kind === 'function' &&
      object.name === 'current_tenant()' &&
      object.schema !== schema &&
      object.sources.some(({ isOurs }) => isOurs),
  );
  if (other === undefined) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `the tenancy names the schema ${schema}, and the migrations of this folder made ${other.schema}.`,
    fix: `A tenancy keeps its schema: set defineTenancy({ schema: '${other.schema}' }) again. A second tenancy has a folder of migrations of its own: a second tenantry.config.ts and drizzle.config.ts.`,
  });
}
