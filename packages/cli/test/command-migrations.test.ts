import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type MigratedProject, migrationsOf } from '../src/kit/migrations.ts';

const drizzle: MigratedProject = {
  database: {},
  migrations: '/app/drizzle',
  journal: { schema: 'public', table: 'ran' },
  drizzleUrl: 'postgres://of-drizzle',
};

describe('what a command learns of the migrations', () => {
  it('the folder: that of the command line, or else that of drizzle-kit', () => {
    const { folder, ledger } = migrationsOf(drizzle);
    expect([folder(), folder('other'), ledger]).toEqual([
      '/app/drizzle',
      join(process.cwd(), 'other'),
      { schema: 'public', table: 'ran' },
    ]);
    const without = migrationsOf({ database: {} });
    expect(() => without.folder()).toThrow(/no folder of migrations.*--migrations/);
    expect(without.ledger).toEqual({ schema: 'drizzle', table: '__drizzle_migrations' });
    const plain = {
      ...drizzle,
      plain: { tables: {}, directory: undefined, format: 'dbmate' },
    } as const;
    expect(() => migrationsOf(plain).folder()).toThrow(/another runner than Drizzle/);
  });

  it('the login that migrates, as doctor finds it', () => {
    vi.stubEnv('MIGRATION_DATABASE_URL', undefined);
    vi.stubEnv('DATABASE_URL', 'postgres://serves');
    expect(migrationsOf(drizzle).url()).toBe('postgres://of-drizzle');
    expect(migrationsOf(drizzle).url('postgres://given')).toBe('postgres://given');
    expect(migrationsOf({ database: { migrationUrl: 'postgres://m' } }).url()).toBe('postgres://m');
    expect(migrationsOf({ database: {} }).url()).toBe('postgres://serves');
    vi.unstubAllEnvs();
  });
});
