import { TenantryError } from '@tenantry/core';
import { type AdoptionPlan, type FillSource, type PlannedTable, plannedKinds } from './plan.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a plan from the text of its file.
 * @throws TenantryError `ADOPT_PLAN_INVALID` names the place
 */
export function readPlan(text: string): AdoptionPlan {
  const plan = fieldsOf(parsed(text), 'the plan');
  if (plan.version !== 1) refuse(`version ${JSON.stringify(plan.version)}; this version reads 1`);
  const tenants = fieldsOf(plan.tenants, 'tenants');
  const members = plan.members === null ? null : fieldsOf(plan.members, 'members');
  const users = plan.users === null ? null : fieldsOf(plan.users, 'users');
  if (!Array.isArray(plan.tables)) refuse('tables, which is no list');
  return {
    version: 1,
    tenants: {
      table: textOf(tenants.table, 'tenants.table'),
      id: textOf(tenants.id, 'tenants.id'),
    },
    members: members && {
      table: textOf(members.table, 'members.table'),
      tenant: textOf(members.tenant, 'members.tenant'),
      user: textOf(members.user, 'members.user'),
    },
    users: users && { table: textOf(users.table, 'users.table'), id: textOf(users.id, 'users.id') },
    tables: (plan.tables as unknown[]).map(readTable),
  };
}

function readTable(value: unknown, i: number): PlannedTable {
  const given = fieldsOf(value, `tables[${i}]`);
  const table = textOf(given.table, `tables[${i}].table`);
  const at = (field: string) => `${field} of ${table}`;
  const known = ['table', 'is', 'because', 'column', 'fill', 'policies', 'triggers', 'inTheWay'];
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown !== undefined) refuse(`${at(unknown)}, which is no part of a plan`);
  const is = oneOf(given.is, plannedKinds, at('is'));
  if (given.fill !== undefined && !Array.isArray(given.fill))
    refuse(`${at('fill')}, which is no list`);
  return {
    table,
    is,
    because: typeof given.because === 'string' ? given.because : 'the plan says so',
    ...(given.column !== undefined && { column: textOf(given.column, at('column')) }),
    ...(given.fill !== undefined && {
      fill: (given.fill as unknown[]).map((source) => readSource(source, at('fill'))),
    }),
    ...(given.policies !== undefined && {
      policies: oneOf(given.policies, ['keep', 'replace'] as const, at('policies')),
    }),
    ...(given.triggers !== undefined && {
      triggers: oneOf(given.triggers, ['silence', 'fire'] as const, at('triggers')),
    }),
  };
}

function readSource(value: unknown, at: string): FillSource {
  const source = fieldsOf(value, at);
  switch (oneOf(source.from, ['parent', 'owner', 'tenant'] as const, `${at}.from`)) {
    case 'parent':
      return {
        from: 'parent',
        column: textOf(source.column, `${at}.column`),
        parent: textOf(source.parent, `${at}.parent`),
      };
    case 'owner':
      return { from: 'owner', column: textOf(source.column, `${at}.column`) };
    case 'tenant':
      return { from: 'tenant', id: textOf(source.id, `${at}.id`) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`a file that is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

const fieldsOf = (value: unknown, at: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(`${at}, which is no object`);

const textOf = (value: unknown, at: string): string =>
  typeof value === 'string' && value !== '' ? value : refuse(`${at}, which is no text`);

const oneOf = <T extends string>(value: unknown, words: readonly T[], at: string): T =>
  words.find((word) => word === value) ??
  refuse(`${at}, which is ${JSON.stringify(value)}; it can be ${words.join(', ')}`);

function refuse(found: string): never {
  throw new TenantryError('ADOPT_PLAN_INVALID', { found });
}
