import {
  type Ddl,
  ddl,
  functionsSql,
  join,
  type SqlFunction,
  type SqlFunctionOptions,
  sqlFunction,
} from '@tenantry/core/sql';

/** A function of the log. */
export interface AuditFunction extends SqlFunction {
  /** Runs as the login that migrates: it alone changes seals, holds, permits and partitions. */
  readonly asMigrator?: boolean;
}

/** A function that runs as the login that migrates, whoever calls it. */
export const migratorFunction = (options: SqlFunctionOptions): AuditFunction => ({
  ...sqlFunction(options),
  asMigrator: true,
});

/** Makes the functions of a section. */
export const auditFunctionsSql = (functions: readonly AuditFunction[]): Ddl => ddl`
  ${functionsSql(functions)}
  ${join(
    functions
      .filter(({ asMigrator }) => asMigrator)
      .map(({ signature }) => ddl`alter function ${signature} security definer;`),
    '\n',
  )}
`;
