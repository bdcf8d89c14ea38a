import { randomUUID } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import * as schema from '../fixtures/numbers-schema.ts';
import { connect } from '../support/fixture.ts';

export const { tenancy } = schema;

/** A database with the numbered tables, and what reaches it. */
export async function numbersDatabase(max = 10) {
  const { url } = await testDatabase({
    key: 'rls-numbers',
    migrate: (to) => applySchema(to, { tenancy, schema }).then(() => undefined),
  });
  const root = await connect(url);
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max,
  });
  afterAll(() => pool.end());

  /** A new tenant. */
  const organization = async (): Promise<string> => {
    const id = randomUUID();
    await root.query('insert into organizations (id) values ($1)', [id]);
    return id;
  };
  const as = <R>(tenant: string, fn: () => Promise<R>): Promise<R> => tenancy.run(tenant, fn);
  const system = <R>(fn: () => Promise<R>): Promise<R> =>
    tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);
  /** Runs a statement as a tenant, and gives the first column of its rows. */
  const column = (tenant: string, text: string, values: unknown[] = []): Promise<unknown[]> =>
    as(tenant, async () => {
      const { rows } = await pool.query({ text, values, rowMode: 'array' });
      return (rows as unknown[][]).map(([first]) => first);
    });
  return { url, root, pool, logins, organization, as, system, column };
}

/** Sends rows by COPY, which pg alone does not. */
export function copy(client: pg.Client, text: string, rows: string): Promise<unknown> {
  const query = new pg.Query(text) as unknown as {
    handleCopyInResponse(connection: CopyConnection): void;
  };
  query.handleCopyInResponse = (connection) => {
    connection.sendCopyFromChunk(Buffer.from(rows));
    connection.endCopyFrom();
  };
  return new Promise((resolve, reject) => {
    Object.assign(query, { callback: (error: unknown) => (error ? reject(error) : resolve(0)) });
    client.query(query as never);
  });
}

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}
