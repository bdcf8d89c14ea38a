import type { Tenancy } from '@tenantry/core';
import { adoptionState, hasOurPolicies, type StepState, stepNames } from '@tenantry/rls/adopt';
import { type LivePolicy, pathOf, titleOf, titleOfPath } from '@tenantry/rls/model';
import type pg from 'pg';
import type { Table } from './model.ts';
import type { IsolationTenancy } from './types.ts';

/** The tables that adoption has not enforced yet, by title, with the reason why nothing is proven. */
export type HalfAdopted = ReadonlyMap<string, string>;

/** How every such reason begins. */
export const adoptionPrefix = 'adoption: ';

/**
 * Reads how far `tenantry adopt` is. A table that it has enforced is attacked, whatever became of its
 * policies since; so is one that has them without it.
 */
export async function halfAdopted(
  client: Pick<pg.ClientBase, 'query'>,
  tenancy: IsolationTenancy,
  tables: readonly Table[],
): Promise<HalfAdopted> {
  const { rows } = await client.query(
    "select coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'select'), false) as may",
    [`${tenancy.schema}.adoption_steps`],
  );
  const states = rows[0].may ? await adoptionState(client as never, tenancy as Tenancy) : [];
  if (states.length === 0) return new Map();
  const policies = await policiesOf(client);
  return new Map(
    tables.flatMap((table): [string, string][] => {
      const steps = states.filter(
        (state) => titleOfPath(state.table) === table.title && state.done,
      );
      const isEnforced = steps.some(({ step }) => step === 'enforce');
      if (isEnforced || hasOurPolicies({ policies }, table, tenancy as Tenancy)) return [];
      return [[table.title, `${adoptionPrefix}${stage(table, steps)}`]];
    }),
  );
}

async function policiesOf(
  client: Pick<pg.ClientBase, 'query'>,
): Promise<readonly Pick<LivePolicy, 'table' | 'name' | 'roles'>[]> {
  const { rows } = await client.query(
    `select polrelid as "table", polname::text as name,
       array(select rolname::text from pg_catalog.pg_roles where oid = any (polroles)) as roles
     from pg_catalog.pg_policy`,
  );
  return rows;
}

function stage(table: Table, steps: readonly StepState[]): string {
  const { title, tenantColumn, columns } = table;
  const lacks = tenantColumn !== undefined && !columns.some(({ name }) => name === tenantColumn);
  const without = lacks ? `; it has no column ${tenantColumn}` : '';
  const last = stepNames.findLast((name) => steps.some(({ step }) => step === name));
  if (last === undefined) return `it has not begun with this table${without}`;
  if (last === 'observe')
    return `observe mode: nothing refuses rows of another tenant before \`tenantry adopt --enforce --table ${title}\``;
  return `it stands at ${last}${without}; \`tenantry adopt --run --table ${title}\` goes on`;
}

/** The table as it can be planted: one that has no tenant column yet has rows without it. */
export const asItStands = (table: Table): Table =>
  table.columns.some(({ name }) => name === table.tenantColumn)
    ? table
    : { ...table, tenantColumn: undefined };

/**
 * Leaves out tables that take no row because adoption has not come so far: one that it has not begun,
 * where the system role has no rights, and those that need a row of it. Any other error is thrown.
 */
export class LeftOut {
  readonly #half: HalfAdopted;
  readonly #paths = new Set<string>();
  /** The tables that adoption has enforced and that cannot be attacked nevertheless, and why. */
  readonly unproven = new Map<string, string>();

  constructor(half: HalfAdopted) {
    this.#half = half;
  }

  readonly refuse = (table: Table, error: unknown): void => {
    const parent = table.foreignKeys.find((key) => this.#paths.has(pathOf(key.foreignTable)));
    if (!this.#half.has(table.title)) {
      if (parent === undefined) throw error;
      const why = `no row could be inserted, because it needs one of ${titleOf(parent.foreignTable)}`;
      this.unproven.set(table.title, `${adoptionPrefix}${why}`);
    }
    this.#paths.add(pathOf(table));
  };

  readonly has = (table: Table): boolean => this.#paths.has(pathOf(table));
}
