import { defineConfig } from 'drizzle-kit';

// on a cluster without the tables of the diagram, which have no tenant column
const onCluster = process.env.DATABASE_DIALECT === 'citus';
const tablesOnCluster = ['schema/people', 'schema/content', 'schema/features', 'slugs'];

export default defineConfig({
  dialect: 'postgresql',
  schema: onCluster ? tablesOnCluster.map((file) => `./src/${file}.ts`) : './src/schema/index.ts',
  out: onCluster ? './drizzle-citus' : './drizzle',
  // the login that owns the tables; the application never connects as it
  dbCredentials: { url: process.env.MIGRATION_DATABASE_URL ?? '' },
});
