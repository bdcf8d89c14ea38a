import {
  type Ddl,
  ddl,
  functionsSql,
  literal,
  roleSql,
  withoutBypassSql,
} from '@tenantry/core/sql';
import type { FeatureInput, FeatureSql } from '@tenantry/rls/feature';
import type { Captured } from '../tables/marks.ts';
import { appendOnlyFunctions } from './append-only.ts';
import { arrivalFunctions } from './arrivals.ts';
import { captureSql } from './capture.ts';
import { captureFailureFunctions, captureFailuresTable } from './capture-failures.ts';
import { captureValueFunctions } from './capture-values.ts';
import { epochFunctions } from './citus/epoch.ts';
import { fromOneServerSql } from './citus/from-one-server.ts';
import { inboxTriggers } from './citus/inbox.ts';
import { stampFunction, stampTrigger } from './citus/stamp.ts';
import { distributedState } from './citus/state.ts';
import { conversionSql } from './conversion.ts';
import { captureRowFunction, entryFunctions } from './entries.ts';
import { eraseFunctions } from './erase.ts';
import { holdFunctions } from './hold.ts';
import { lagFunctions } from './lag.ts';
import { linkSql } from './link.ts';
import { logRightsSql } from './log-rights.ts';
import { type LogNames, type LogOptions, logNames } from './names.ts';
import { ownEntryFunction } from './own-entry.ts';
import { openPartitionsSql, partitionFunctions } from './partitions.ts';
import { permitsOf } from './permits.ts';
import { retentionFunctions } from './retention.ts';
import { sealFunctions } from './seal.ts';
import { stateSql } from './state.ts';
import { restoredFunctions, transactionIdSql } from './transaction-id.ts';
import { tryCapturesFunction } from './try-captures.ts';

/** How many months the migration itself creates partitions for, after this one. */
const monthsAhead = 3;

/** All SQL of the log, in dependency order. */
export function auditSql(input: FeatureInput, options: LogOptions): FeatureSql {
  const names = logNames(input, options);
  const { distributed } = names;
  return {
    ...(distributed && { foundation: [fromOneServerSql(names)] }),
    sections: [
      ...(distributed ? distributedState(input, names, options) : stateHere(names, options)),
      {
        id: 'functions',
        sql: [
          functionsSql([
            ...entryFunctions(names),
            ownEntryFunction(names),
            ...partitionFunctions(names),
            ...sealFunctions(names),
            ...restoredFunctions(names),
            ...(distributed ? [...epochFunctions(names), stampFunction(names)] : []),
            ...arrivalFunctions(names),
            ...lagFunctions(names),
            ...holdFunctions(names),
            ...retentionFunctions(names),
            ...eraseFunctions(names),
          ]),
        ],
      },
      {
        id: 'log',
        sql: [
          ...(distributed ? [] : [conversionSql(names)]),
          logRightsSql(names),
          openPartitionsSql(names),
          ...(distributed ? [stampTrigger(names), inboxTriggers] : linkSql(names)),
          ddl`select created from tenantry.audit_maintain(${{ sql: String(monthsAhead) }});`,
        ],
      },
      {
        id: 'captures',
        sql: [
          ...(distributed ? [] : [captureFailuresTable(names)]),
          functionsSql([
            ...captureValueFunctions(names),
            ...captureFailureFunctions(names),
            captureRowFunction(names),
            tryCapturesFunction(names),
          ]),
        ],
      },
      ...names.captured.map((table) => ({
        id: `capture:${table.schema}.${table.name}`,
        sql: captureSql(names, table, table.value as Captured),
      })),
      { id: 'attributes', sql: [withoutBypassSql(options.role)] },
    ],
  };
}

type Sections = FeatureSql['sections'];

const stateHere = (names: LogNames, { role }: LogOptions): Sections => {
  const { tables, rights } = stateSql(names);
  return [
    { id: 'role', sql: [noLogin(role), roleSql(role, 'functions')] },
    {
      id: 'guards',
      sql: [
        permitsOf(names).table,
        transactionIdSql(names),
        functionsSql(appendOnlyFunctions(names)),
      ],
    },
    { id: 'state', sql: [tables, ...rights] },
  ];
};

/**
 * An existing role of that name may be a login, which could then write entries. It is refused where the
 * migrating login can change that; a console makes logins only, and doctor reports it.
 */
const noLogin = (role: string): Ddl => ddl`
  do $tenantry$
  begin
    if exists (select from pg_roles where rolname = ${literal(role)} and rolcanlogin) then
      if not exists (select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)) then
        raise notice 'role % adds to the audit log, and somebody can log in as it: give its password to nobody', ${literal(role)};
        return;
      end if;
      raise exception 'role % adds to the audit log, and somebody can log in as it', ${literal(role)} using errcode = '42501',
        hint = format('Run: alter role %I nologin; or name another role in defineAudit.', ${literal(role)});
    end if;
  end
  $tenantry$;
`;
