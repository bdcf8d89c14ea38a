import { type Ddl, ddl, join, type SqlFunction } from '@tenantry/core/sql';
import { plannedOnce, systemFunction } from './functions.ts';
import type { Model } from './model.ts';
import { resolved } from './resolve.ts';

const answer = [
  'plan text',
  'read_only boolean',
  'anchor timestamptz',
  'zone text',
  'granted boolean',
  'soft boolean',
  'base bigint',
  'changed_to jsonb',
  'added numeric',
  'own_lim bigint',
  'grace_days integer',
  'grace_until timestamptz',
  'keeps bigint',
  'lim bigint',
];

/**
 * `tenantry.limit_of(tenant, feature, plan)`: what {@link resolved} answers for this moment, as a
 * record; on another plan than the tenant's where that is not null. It sees what its caller sees.
 */
export const limitOf = (model: Model): SqlFunction =>
  systemFunction(
    model,
    ddl`
      limit_of(
        of_tenant ${model.tenantType},
        of_feature text,
        of_plan text,
        ${join(answer.map((column) => ({ sql: `out ${column}` })))}
      ) returns record
    `,
    ddl`
      begin
        ${resolved(model, {
          tenant: ddl`of_tenant`,
          feature: ddl`of_feature`,
          plan: ddl`of_plan`,
          at: ddl`statement_timestamp()`,
        })}
        into ${join(answer.map((column) => ({ sql: column.replace(/ .*/, '') })))};
      end
    `,
    { volatility: 'stable', ...plannedOnce(model) },
  );

/** A call of it. */
export const callLimitOf = (feature: Ddl, plan: Ddl = ddl`null`): Ddl =>
  ddl`tenantry.limit_of(of_tenant, ${feature}, ${plan})`;
