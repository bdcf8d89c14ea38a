import type { Tenancy } from '@tenantry/core';
import { settingOf } from '@tenantry/core/sql';
import type { LivePolicy, LiveTable } from '../model/live.ts';
import type { TableName } from '../model/table.ts';
import type { Catalogue } from './catalogue/model.ts';
import { asksTenantOf } from './context-of.ts';

/** Another tenancy of the database, read from the mark of its schema. */
interface Other {
  readonly schema: string;
  /** `tenancy of workspace, roles app and system` */
  readonly mark: string;
  readonly roles: readonly string[];
  /** The setting of its tenant: `app.workspace_id`. */
  readonly setting: string;
}

/** A catalogue without the objects of other tenancies. */
export interface OwnCatalogue {
  readonly catalogue: Catalogue;
  readonly others: readonly { readonly object: string; readonly reason: string }[];
}

/**
 * Removes the objects of other tenancies of the database: their schemas, and tables under FORCE that this
 * tenancy neither declares nor has policies on, and that either have policies for the tenant of another
 * tenancy or can be reached only by its roles. Functions that policies of our tables call are kept.
 */
export function withoutOthers(
  catalogue: Catalogue,
  tenancy: Tenancy | undefined,
  declared: readonly TableName[] = [],
): OwnCatalogue {
  if (tenancy === undefined) return { catalogue, others: [] };
  const others = catalogue.schemas.flatMap(({ name, mark }): Other[] => {
    if (mark === null || name === tenancy.schema) return [];
    const [, tenant = '', ...roles] = /^tenancy of (\w+), roles (\S+) and (\S+)$/.exec(mark) ?? [];
    return [
      {
        schema: name,
        mark,
        roles: roles.filter((role) => !isOwnRole(tenancy, role)),
        setting: settingOf(name, tenant),
      },
    ];
  });
  if (others.length === 0) return { catalogue, others: [] };
  const own = new Set(declared.map(({ schema, name }) => `${schema}.${name}`));
  const policies = new Map<number, LivePolicy[]>();
  for (const policy of catalogue.policies) {
    policies.set(policy.table, [...(policies.get(policy.table) ?? []), policy]);
  }
  const ownerOf = (table: LiveTable): Other | undefined =>
    own.has(`${table.schema}.${table.name}`) || asks(tenancy, policies.get(table.oid))
      ? undefined
      : others.find(
          (other) => table.schema === other.schema || isOf(other, table, policies.get(table.oid)),
        );
  const gone = new Map<number, Other>();
  for (const table of catalogue.tables) {
    const owner = ownerOf(table);
    if (owner !== undefined) gone.set(table.oid, owner);
  }
  const stays = ({ table }: { readonly table: number }) => !gone.has(table);
  const kept = catalogue.policies.filter(stays);
  const called = new Set(kept.flatMap(({ functions }) => functions));
  const inOther = ({ schema }: { readonly schema: string }) =>
    others.some((other) => other.schema === schema);
  return {
    catalogue: {
      ...catalogue,
      tables: catalogue.tables.filter(({ oid }) => !gone.has(oid)),
      policies: kept,
      constraints: catalogue.constraints.filter(stays),
      indexes: catalogue.indexes.filter(stays),
      triggers: catalogue.triggers.filter(stays),
      views: catalogue.views.filter((view) => !inOther(view)),
      sequences: catalogue.sequences.filter((sequence) => !inOther(sequence)),
      functions: catalogue.functions.filter((each) => !inOther(each) || called.has(each.oid)),
    },
    others: others.map((other) => ({
      object: `schema ${other.schema}`,
      reason: `${other.mark}: it and ${[...gone.values()].filter((of) => of === other).length} tables are looked at by doctor with its configuration`,
    })),
  };
}

const isOwnRole = ({ roles }: Tenancy, role: string) => role === roles.app || role === roles.system;

function isOf(other: Other, table: LiveTable, policies: readonly LivePolicy[] = []): boolean {
  // a table whose policies do not bind everybody is examined, whoever owns it
  if (!table.rls || !table.forced) return false;
  if (asks(other, policies)) return true;
  return (
    table.rights.length === 0 &&
    table.grants.length > 0 &&
    table.grants.every(({ grantee }) => other.roles.includes(grantee))
  );
}

const asks = (of: Tenancy | Other, policies: readonly LivePolicy[] = []): boolean =>
  policies.some(({ using, check }) =>
    [using, check].some((term) => term !== null && asksTenantOf(of, term)),
  );
