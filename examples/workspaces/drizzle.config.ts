import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema/index.ts',
  out: './drizzle',
  // the login that owns the tables; the application never connects as it
  dbCredentials: { url: process.env.MIGRATION_DATABASE_URL ?? '' },
});
