import { definePlacements } from '@tenantry/placements';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import * as schema from '../../src/schema.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';

const migrator = 'b2b_places_migrator';

/** What a login may do that a rented server hands out: no superuser, and a member of the roles. */
const login = `
  do $$ declare each text; begin
    foreach each in array array['app', 'system', 'audit_writer', '${migrator}'] loop
      begin
        execute format('create role %I nologin', each);
      exception when duplicate_object or unique_violation then null;
      end;
    end loop;
    perform pg_advisory_xact_lock(7311);
    alter role ${migrator} login password 'test' nosuperuser nobypassrls;
    grant app, system, audit_writer to ${migrator};
  end $$;`;

const asMigrator = (url: string) => {
  const own = new URL(url);
  own.username = migrator;
  own.password = 'test';
  return own.href;
};

/**
 * A database with the schema of the example, migrated by a login that is no superuser.
 * @param schemaTables those that a tenant may have in a schema
 */
export async function databaseWithPlaces(schemaTables: readonly (typeof schema.projects)[] = []) {
  const placements = definePlacements(tenancy, { connect: () => undefined, schemaTables });
  const features = [...(config.features ?? []), placements];
  const { url } = await testDatabase({
    key: `b2b-saas-places-${schemaTables.length}`,
    migrate: async (empty) => {
      await withClient(empty, async (client) => {
        await client.query(login);
        await client.query(`alter schema public owner to ${migrator}`);
        await client.query(
          `grant create on database "${new URL(empty).pathname.slice(1)}" to ${migrator}`,
        );
      });
      const { directory } = config;
      await applySchema(asMigrator(empty), {
        tenancy,
        schema,
        ...(directory !== undefined && { directory }),
        features,
      });
    },
  });
  const { app, system } = await createLogins(url, tenancy);
  return {
    url,
    migrator: asMigrator(url),
    placements,
    urls: { url: app, systemUrl: system },
    config: { ...config, features, database: { url: app, systemUrl: system } },
  };
}
