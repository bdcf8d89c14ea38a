import { type Ddl, ddl, join, name } from './ddl.ts';
import type { Directory, EntryFacts } from './directory.ts';
import { idType } from './tenant.ts';
import type { TextPiece } from './text-pieces.ts';

/** A claim and an optional user, as SQL. */
export interface Asked {
  readonly kind: string;
  readonly claim: Ddl;
  readonly user: Ddl | undefined;
}

interface LookUp {
  /** The facts, as text pieces. */
  readonly facts: readonly TextPiece[];
  /** The FROM part: it yields one row with `entry.tenant` and `entry.member`, or none. */
  readonly rows: Ddl;
}

/** Writes the query of an entry. */
export type LookUps = (asked: Asked) => LookUp;

/** How a claim is looked up in a directory. */
export function lookUps(
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>>,
): LookUps {
  const { hiddenWhenSet } = directory;
  const tenantId = ddl`t.${name(directory.id)}`;
  const vouching = Object.entries(facts).find(([, { members }]) => members !== undefined)?.[0];
  const rows = facts[vouching ?? '']?.members ?? {
    from: ddl`${name(...directory.members)} m`,
    tenant: ddl`m.${name(directory.memberTenant)}`,
    member: ddl`m.${name(directory.memberUser)}`,
  };
  const visible = hiddenWhenSet === undefined ? [] : [ddl`t.${name(hiddenWhenSet)} is null`];
  const tenants = ddl`${name(...directory.tenants)} t`;
  const columns: Readonly<Record<string, string>> = { id: directory.id, ...directory.claims };

  return ({ kind, claim, user }) => {
    const padded = kind === 'id' && directory.idPadded === true ? ddl`::bpchar` : ddl``;
    const elsewhere = directory.claimTables?.[kind];
    const named =
      elsewhere === undefined
        ? ddl`t.${name(columns[kind] ?? '')} = ${claim}${padded}`
        : ddl`${tenantId} = (select c.${name(elsewhere.tenant)} from ${name(...elsewhere.table)} c where c.${name(elsewhere.column)} = ${claim})`;
    // its rows also prove that the tenant exists, so the table of tenants is not read
    const alone =
      user !== undefined && kind === 'id' && vouching !== undefined && visible.length === 0;
    const isMember = user === undefined ? [] : [ddl`${rows.member} = ${user}`];
    const [from, where] = alone
      ? [rows.from, [ddl`${rows.tenant} = ${claim}`, ...isMember]]
      : user !== undefined
        ? [
            ddl`${tenants} join ${rows.from} on ${rows.tenant} = ${tenantId}`,
            [named, ...isMember, ...visible],
          ]
        : [tenants, [named, ...visible]];
    const member =
      user === undefined ? ddl`null::${idType({ id: directory.userType })}` : rows.member;
    return {
      facts: factsOf(facts, user === undefined ? vouching : undefined),
      rows: ddl`
        from ${from}
          cross join lateral (select ${alone ? rows.tenant : tenantId} as tenant, ${member} as member) entry
        where ${join(where, ' and ')}
      `,
    };
  };
}

/** The facts of all packages as one JSON object; null where there are none. */
function factsOf(
  facts: Readonly<Record<string, EntryFacts>>,
  withoutUser: string | undefined,
): TextPiece[] {
  const values = Object.entries(facts).map(([key, { sql }]): [string, Ddl | undefined] => [
    key,
    key === withoutUser ? undefined : ddl`coalesce((${sql})::text, 'null')`,
  ]);
  if (values.length === 0) return ['null'];
  return [
    '{',
    ...values.flatMap(([key, value], i) => [
      `${i === 0 ? '' : ','}${JSON.stringify(key)}:`,
      value ?? 'null',
    ]),
    '}',
  ];
}
