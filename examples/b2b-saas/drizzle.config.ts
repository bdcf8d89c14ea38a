import { defineConfig } from 'drizzle-kit';

const onCluster = process.env.DATABASE_DIALECT === 'citus';

export default defineConfig({
  dialect: 'postgresql',
  schema: onCluster ? ['./src/schema.ts', './src/slugs.ts'] : './src/schema.ts',
  out: onCluster ? './drizzle-citus' : './drizzle',
  // the login that owns the tables; the application never connects as it
  dbCredentials: { url: process.env.MIGRATION_DATABASE_URL ?? '' },
});
