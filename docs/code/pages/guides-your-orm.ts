import type { TableDeclarations } from '@tenantry/rls/model';

export { readdirSync, readFileSync } from 'node:fs';
export { join } from 'node:path';
export { expectIsolated } from '@tenantry/testing';
export { default as pg } from 'pg';
export { featureTables } from 'tenantry';
export type { TableDeclarations };

// The libraries themselves are development dependencies of examples/without-drizzle, whose tests run what
// the page shows.
interface Transaction {
  executeQuery(query: object): Promise<{ rows: unknown[] }>;
  readonly isTransaction: true;
  insertInto(table: string): {
    values(row: object): {
      returning(column: string): { executeTakeFirstOrThrow(): Promise<{ id: string }> };
    };
  };
}
export declare class PostgresDialect {
  constructor(options: { pool: object });
}
export declare class Kysely<Database> {
  readonly database: Database;
  constructor(options: { dialect: PostgresDialect });
  transaction(): { execute<R>(fn: (trx: Transaction) => Promise<R>): Promise<R> };
}
export interface MigrationProvider {
  getMigrations(): Promise<Record<string, { up(db: Kysely<unknown>): Promise<void> }>>;
}
export declare class Migrator {
  constructor(options: { db: object; provider: MigrationProvider });
}
export declare const sql: {
  raw(text: string): { execute(db: Kysely<unknown>): Promise<object> };
};
export declare class PrismaPg {
  constructor(pool: object);
}
export declare class PrismaClient {
  constructor(options: { adapter: PrismaPg });
  readonly project: { findMany(): Promise<object[]> };
}
export declare function lending<C>(
  make: () => C,
): <R>(work: (client: C) => Promise<R>) => Promise<R>;
export declare class DataSource {
  constructor(options: object);
  initialize(): Promise<this>;
}
export declare class Sequelize {
  constructor(options: object);
}
export declare function clientOf(pool: object): new () => object;
export declare const MikroORM: { init(options: object): Promise<{ em: { fork(): object } }> };
export declare const entities: object[];
export declare const acme: string;
export declare const config: { tables: TableDeclarations };
