import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import type { TenantPool } from '@tenantry/core';

type Many<T> = (args?: object) => Promise<T[]>;
type One<T> = (args: object) => Promise<T>;

/** The part of the generated client that the tests use; it is generated when they run. */
export interface Prisma {
  readonly organizations: { create: One<{ id: string }>; findUnique: One<{ name: string } | null> };
  readonly users: { create: One<{ id: string }> };
  readonly projects: {
    create: One<{ id: string }>;
    findMany: Many<{ name: string }>;
    updateMany: One<{ count: number }>;
  };
  readonly billing_subscriptions: { findMany: Many<{ status: string; plan: string | null }> };
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown[]>;
  $transaction<R>(fn: (tx: Prisma) => Promise<R>): Promise<R>;
  $transaction(all: readonly Promise<unknown>[]): Promise<unknown[]>;
}

/** Generates the client, without the engine of migrations. @returns what makes one on the tenant pool */
export async function prismaMaker(pool: TenantPool): Promise<() => Prisma> {
  const manifest = createRequire(import.meta.url).resolve('prisma/package.json');
  const schema = join(import.meta.dirname, 'schema.prisma');
  execFileSync(
    process.execPath,
    [join(dirname(manifest), 'build/index.js'), 'generate', '--schema', schema],
    {
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
      stdio: 'pipe',
    },
  );
  const file = join(import.meta.dirname, '../../dist/prisma/client.ts');
  const { PrismaClient } = (await import(/* @vite-ignore */ file)) as {
    PrismaClient: new (options: object) => Prisma;
  };
  return () => new PrismaClient({ adapter: new PrismaPg(pool) });
}
