import { type Tenancy, TenantryError } from '@tenantry/core';
import { ddl, literal, name, runStatement, statement, textInSchema } from '@tenantry/core/sql';
import type { Action } from './action.ts';
import type { AdoptConnection } from './connection.ts';
import type { StepName } from './steps/step-names.ts';

/** A step of a table as it stands in the database. */
export interface StepState {
  readonly table: string;
  readonly step: StepName;
  readonly done: boolean;
  /** Where a step that takes long goes on. */
  readonly cursor: unknown;
  /** What takes it back, in order. */
  readonly undo: readonly Action[];
  /** What it does on every other database. */
  readonly migration: readonly string[];
}

// the trailing count orders the steps, also of two that began in one millisecond
const tableSql = ddl`
  create schema if not exists tenantry;
  create table if not exists tenantry.adoption_steps (
    position bigint generated always as identity,
    of_table text not null,
    step text not null,
    done boolean not null default false,
    cursor jsonb,
    undo jsonb not null default '[]',
    migration jsonb not null default '[]',
    began_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (of_table, step)
  );
`;

/** The progress of an adoption, kept in the schema of the tenancy so that a run goes on where one ended. */
export class AdoptionState {
  readonly #connection: AdoptConnection;
  readonly #schema: string;

  constructor(connection: AdoptConnection, { schema }: Tenancy) {
    this.#connection = connection;
    this.#schema = schema;
  }

  /** Whether there is anything; it creates nothing. */
  async exists(): Promise<boolean> {
    const { rows } = await this.#connection.query('select to_regclass($1) is not null as is', [
      `${this.#schema}.adoption_steps`,
    ]);
    return (rows[0] as { is: boolean }).is;
  }

  /** @param reader the role that may look how far an adoption is */
  async prepare(reader: string): Promise<void> {
    if (await this.exists()) return;
    const grant = ddl`grant select on tenantry.adoption_steps to ${name(reader)}`;
    await this.#connection.query(textInSchema(this.#schema, `${tableSql.sql};\n${grant.sql}`));
  }

  /** All steps in the order in which they began. */
  async all(): Promise<readonly StepState[]> {
    if (!(await this.exists())) return [];
    return this.#run<StepState>(statement`
      select of_table as "table", step, done, cursor, undo, migration from tenantry.adoption_steps order by position`);
  }

  /** Notes that a step begins, with what takes it back. One that began before keeps what it noted. */
  async begin(
    table: string,
    step: StepName,
    { undo, migration }: Pick<StepState, 'undo' | 'migration'>,
  ): Promise<void> {
    await this.#run(statement`
      insert into tenantry.adoption_steps (of_table, step, undo, migration)
      values (${table}, ${step}, ${JSON.stringify(undo)}::jsonb, ${JSON.stringify(migration)}::jsonb)
      on conflict (of_table, step) do nothing`);
  }

  /** The statement that notes where a step stands, to travel with others. */
  saving(table: string, step: StepName, cursor: unknown): string {
    const { sql } = ddl`
      update tenantry.adoption_steps set cursor = ${literal(JSON.stringify(cursor))}::jsonb
      where of_table = ${literal(table)} and step = ${literal(step)}`;
    return textInSchema(this.#schema, sql);
  }

  async end(table: string, step: StepName): Promise<void> {
    await this.#run(statement`
      update tenantry.adoption_steps set done = true, cursor = null, ended_at = now()
      where of_table = ${table} and step = ${step}`);
  }

  async remove(table: string, step: StepName): Promise<void> {
    await this.#run(statement`
      delete from tenantry.adoption_steps where of_table = ${table} and step = ${step}`);
  }

  #run<R>(sent: Parameters<typeof runStatement>[1]): Promise<readonly R[]> {
    return runStatement<R>(this.#connection as never, sent, this.#schema);
  }
}

/** Runs `fn` as the only adoption of this database. @throws TenantryError `ADOPT_RUNNING` */
export async function alone<R>(
  connection: AdoptConnection,
  { schema }: Tenancy,
  fn: () => Promise<R>,
): Promise<R> {
  const key = `tenantry adopt ${schema}`;
  const { rows } = await connection.query(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [key],
  );
  if (!(rows[0] as { locked: boolean }).locked) throw new TenantryError('ADOPT_RUNNING');
  try {
    return await fn();
  } finally {
    await connection
      .query('select pg_advisory_unlock(hashtextextended($1, 0))', [key])
      .catch(() => {});
  }
}
