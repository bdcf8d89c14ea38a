import { type Ddl, ddl, join, name } from './ddl.ts';
import { readSignature } from './signature.ts';

/** What a function may do, and who may call it. */
export interface FunctionMarks {
  /** The language of the body. Default: 'plpgsql'. */
  readonly language?: 'plpgsql' | 'sql';
  /** `stable` reads only, `immutable` reads nothing. Default: 'volatile'. */
  readonly volatility?: 'volatile' | 'stable' | 'immutable';
  /** Whether parallel workers may run it. Default: 'unsafe'. */
  readonly parallel?: 'unsafe' | 'restricted' | 'safe';
  /**
   * The role that owns it and that it runs as (`security definer`), by its quoted name. Nobody can log in
   * as one of our roles. The policies show the system role all rows, so a function that it owns has to
   * check the tenant of the transaction itself. Default: the migrating login owns it, and it runs as its
   * caller.
   */
  readonly owner?: Ddl;
  /** Whether it runs as its owner. Default: true when an owner is named. */
  readonly securityDefiner?: boolean;
  /** The roles that may call it besides its owner, by their quoted names. Default: nobody. */
  readonly callers?: readonly Ddl[];
  /** Further settings for its calls: `` ddl`plan_cache_mode = force_generic_plan` ``. Default: none. */
  readonly settings?: readonly Ddl[];
  /** The comment that `\df+` shows. Default: none. */
  readonly comment?: Ddl;
}

/** A function of schema `tenantry`. {@link functionsSql} writes it. */
export interface SqlFunction extends FunctionMarks {
  /** Its name: `can`. */
  readonly name: string;
  /** Its parameters: `amount bigint`, `key text default null`. */
  readonly args: readonly Ddl[];
  /** What it returns: `jsonb`, `trigger`, `setof text`. */
  readonly returns: Ddl;
  /** The body: in plpgsql from `declare` or `begin` to `end`. */
  readonly body: Ddl;
  /** Its name with its schema: `tenantry.can`. */
  readonly target: Ddl;
  /** Its name with the types of its parameters, as `alter function` wants it. */
  readonly signature: Ddl;
}

/** A name in schema `tenantry`, in quotes where it needs them: `tenantry.can`, `tenantry."Notes"`. */
export const ownName = (called: string): Ddl =>
  ddl`tenantry.${/^[a-z_][a-z0-9_]*$/.test(called) ? { sql: called } : name(called)}`;

/**
 * Describes a function; {@link functionsSql} writes it.
 *
 * @param signature its name in schema `tenantry`, parameters and result, as PostgreSQL writes them
 * @example
 * ```ts
 * const noteCount = sqlFunction(
 *   ddl`note_count(of_tenant uuid, since timestamptz default null) returns bigint`,
 *   { owner: system, callers: [app], volatility: 'stable' },
 *   ddl`
 *     begin
 *       return (select count(*) from public.notes n where n.organization_id = of_tenant);
 *     end
 *   `,
 * );
 * ```
 */
export function sqlFunction(signature: Ddl, marks: FunctionMarks, body: Ddl): SqlFunction {
  const read = readSignature(signature);
  const target = ownName(read.name);
  const types = read.args.map(({ sql }) => ({ sql: sql.replace(/\s+default\s[\s\S]*$/i, '') }));
  return { ...marks, ...read, body, target, signature: ddl`${target}(${join(types)})` };
}

/** A call of it: `` callOf(can, ddl`'projects:read'`) `` is `tenantry.can('projects:read')`. */
export const callOf = ({ target }: Pick<SqlFunction, 'target'>, ...values: readonly Ddl[]): Ddl =>
  ddl`${target}(${join(values)})`;

/**
 * Creates or replaces functions, with their owners and grants. The search path is pinned to `pg_catalog`,
 * so no object can shadow another. Nobody can call a function before it is granted. PostgreSQL requires a
 * new owner to have CREATE on the schema; that right is granted only within the transaction.
 *
 * Emits `create or replace function … set search_path = pg_catalog, pg_temp`,
 * `alter function … owner to …`, `revoke all on function … from public`, `grant execute on function …`.
 */
export function functionsSql(functions: readonly SqlFunction[]): Ddl {
  if (functions.length === 0) return { sql: '' };
  return join([...functions.map(functionSql), functionRightsSql(functions)], '\n');
}

/** The second half of {@link functionsSql}: owners, rights and comments. */
export function functionRightsSql(functions: readonly SqlFunction[]): Ddl {
  const signatures = functions.map(({ signature }) => signature);
  return join(
    [
      ...byRole(functions, ({ owner }) => (owner === undefined ? [] : [owner])).map(given),
      ddl`revoke all on function ${join(signatures)} from public;`,
      ...byRole(functions, ({ callers = [] }) => callers).map(
        ([role, called]) =>
          ddl`grant execute on function ${join(called.map(({ signature }) => signature))} to ${role};`,
      ),
      ...functions.flatMap(({ signature, comment }) =>
        comment === undefined ? [] : [ddl`comment on function ${signature} is ${comment};`],
      ),
    ],
    '\n',
  );
}

/** The first half of {@link functionsSql}, for one function. */
export function functionSql(made: SqlFunction): Ddl {
  const { target, args, returns, body, language = 'plpgsql', settings = [] } = made;
  const isDefiner = made.securityDefiner ?? made.owner !== undefined;
  const marks = [
    language,
    made.volatility ?? 'volatile',
    ...(made.parallel === undefined ? [] : [`parallel ${made.parallel}`]),
    ...(isDefiner ? ['security definer'] : []),
  ];
  const quote = dollarQuote(body);
  const pinned = [ddl`search_path = pg_catalog, pg_temp`, ...settings];
  return ddl`
    create or replace function ${target}(${join(args)}) returns ${returns}
    language ${{ sql: marks.join(' ') }}
    ${join(
      pinned.map((setting) => ddl`set ${setting}`),
      '\n',
    )}
    as ${quote}
    ${body}
    ${quote};
  `;
}

/** A tag that the body does not hold: it may carry SQL of the application. */
function dollarQuote({ sql }: Ddl): Ddl {
  let tag = '$tenantry$';
  for (let i = 1; sql.includes(tag); i++) tag = `$tenantry${i}$`;
  return { sql: tag };
}

const given = ([owner, functions]: readonly [Ddl, readonly SqlFunction[]]): Ddl => ddl`
  grant create on schema tenantry to ${owner};
  ${join(
    functions.map(({ signature }) => ddl`alter function ${signature} owner to ${owner};`),
    '\n',
  )}
  revoke create on schema tenantry from ${owner};
`;

/** The functions grouped by role, in the order of first appearance. */
function byRole(
  functions: readonly SqlFunction[],
  rolesOf: (made: SqlFunction) => readonly Ddl[],
): [Ddl, SqlFunction[]][] {
  const roles = new Map<string, SqlFunction[]>();
  for (const made of functions) {
    for (const { sql } of rolesOf(made)) roles.set(sql, [...(roles.get(sql) ?? []), made]);
  }
  return [...roles].map(([sql, called]) => [{ sql }, called]);
}
