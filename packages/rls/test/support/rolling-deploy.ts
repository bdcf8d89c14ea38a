import { createTenantPool, type Tenancy, type TenantPool } from '@tenantry/core';
import { type Application, createLogins, withClient } from '@tenantry/testing/schema';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { expect } from 'vitest';
import type { DeployOrder } from '../../src/generate/history/index.ts';
import { History, type Renames } from './history.ts';

export type Database = NodePgDatabase<Record<string, never>>;

/** A version of an application: its schema, and what its code does in the scope of a tenant. */
export interface Version {
  readonly application: Application;
  work(db: Database): Promise<unknown>;
}

/** A change, and how it is lived through. */
export interface Change {
  readonly old: Version;
  readonly next: Version;
  readonly renames?: Renames;
  readonly back?: Renames;
  /** Rows that the old code needs. */
  readonly rows?: string;
  /** What is run by hand before the change, and before it is taken back: rows that stand in the way. */
  readonly by?: string;
  readonly byBack?: string;
}

export const acme = '00000000-0000-4000-8000-000000000001';

/** The running code of a version, with a pool that stays open. */
class Code {
  readonly #tenancy: Tenancy;
  readonly #pool: TenantPool;
  readonly #version: Version;

  private constructor(tenancy: Tenancy, pool: TenantPool, version: Version) {
    this.#tenancy = tenancy;
    this.#pool = pool;
    this.#version = version;
  }

  static async start(url: string, version: Version): Promise<Code> {
    const { tenancy } = version.application;
    const logins = await createLogins(url, tenancy);
    const pool = createTenantPool(tenancy, { connectionString: logins.app });
    return new Code(tenancy, pool, version);
  }

  /** Works twice, so that a prepared statement is used again. @returns what it failed with */
  async works(): Promise<Error | undefined> {
    const db = drizzle(this.#pool as never) as Database;
    try {
      for (let i = 0; i < 2; i += 1) {
        await this.#tenancy.run(acme, () => this.#version.work(db));
      }
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  stop = () => this.#pool.end();
}

/** What was found: which code worked with which database. */
export interface Found {
  readonly order: DeployOrder['order'];
  readonly notes: readonly string[];
  /** What the old code failed with on the new database, by SQLSTATE or message. */
  readonly failure: string | undefined;
}

/**
 * Old and new code beside each other on the database before the change, on the one after it, and on the
 * one that went back.
 * @returns the order that follows from what worked
 */
export async function deploy(change: Change): Promise<Found> {
  const history = await History.begin();
  const run = (sql: string | undefined) =>
    sql === undefined
      ? undefined
      : withClient(history.url, (client) => client.query(sql).then(() => undefined));
  await history.step(change.old.application);
  await run(change.rows);
  const old = await Code.start(history.url, change.old);
  try {
    expect(await old.works()).toBeUndefined();
    const early = await Code.start(history.url, change.next).catch(() => undefined);
    const nextOnOld =
      early === undefined ? new Error('its roles are missing') : await early.works();
    await early?.stop();
    await run(change.by);
    await history.step(change.next.application, change.renames);
    const notes = history.orders;
    const next = await Code.start(history.url, change.next);
    const oldOnNext = await old.works();
    expect(await next.works()).toBeUndefined();
    if (oldOnNext === undefined) expect(await old.works()).toBeUndefined();
    await run(change.byBack);
    await history.step(change.old.application, change.back);
    await run(change.rows);
    expect(await old.works()).toBeUndefined();
    await next.stop();
    return { order: orderOf(oldOnNext, nextOnOld), notes, failure: said(oldOnNext) };
  } finally {
    await old.stop();
  }
}

function orderOf(oldOnNext: unknown, nextOnOld: unknown): DeployOrder['order'] {
  if (oldOnNext === undefined) return 'migrate, then deploy';
  return nextOnOld === undefined ? 'deploy the new code first' : 'stop the old code first';
}

function said(error: unknown): string | undefined {
  for (let cause = error as { code?: string; cause?: unknown } | undefined; cause; ) {
    if (typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code)) return cause.code;
    cause = cause.cause as typeof cause;
  }
  return (error as Error | undefined)?.message;
}

/** A step of a rollout: a migration, SQL by hand, or neither; and the code that runs then. */
export interface RolloutStep {
  readonly migrate?: Application;
  readonly renames?: Renames;
  /** A migration of the user's own, behind the generated ones. */
  readonly own?: string;
  readonly running: readonly Version[];
}

/** Lives through a rollout, in which whatever runs works at every step, with pools that stay open. */
export async function rollOut(steps: readonly RolloutStep[]): Promise<void> {
  const history = await History.begin();
  const started = new Map<Version, Code>();
  try {
    for (const [i, { migrate, renames, own, running }] of steps.entries()) {
      if (migrate !== undefined) await history.step(migrate, renames);
      if (own !== undefined) await withClient(history.url, (client) => client.query(own));
      for (const version of running) {
        const code = started.get(version) ?? (await Code.start(history.url, version));
        started.set(version, code);
        expect({ step: i, failure: said(await code.works()) }).toEqual({
          step: i,
          failure: undefined,
        });
      }
    }
  } finally {
    for (const code of started.values()) await code.stop();
  }
}
