import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema/lite.ts',
  out: './drizzle-lite',
  dbCredentials: { url: process.env.MIGRATION_DATABASE_URL ?? '' },
});
