import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { ObservedFlush } from '../pool/observe.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { Operation } from './operation.ts';

/** Attributes of a span or a measurement; one that is undefined is left out. */
export type Named = Readonly<Record<string, string | number>>;

const named = (all: Readonly<Record<string, string | number | undefined>>): Named =>
  Object.fromEntries(
    Object.entries(all).filter((each): each is [string, string | number] => each[1] !== undefined),
  );

/** The server of a pool. */
export function ofServer({ host, port, database }: pg.PoolConfig): Named {
  return named({
    'db.system.name': 'postgresql',
    'db.namespace': database ?? process.env.PGDATABASE,
    'server.address': host ?? process.env.PGHOST,
    'server.port': Number(port ?? process.env.PGPORT) || undefined,
  });
}

/** What a round trip does. */
export const operationOf = ({ name, summary, text, batch }: Operation): Named =>
  named({
    'db.operation.name': name || undefined,
    'db.query.summary': summary || undefined,
    'db.query.text': text,
    'db.operation.batch.size': batch,
  });

/** For whom it is done. */
export function ofTenant(tenancy: Tenancy, scope: ObservedFlush['scope']): Named {
  const of: Record<string, string | number> = {
    'tenantry.tenancy': tenancy.tenant,
    'tenantry.scope.kind': scope.kind,
  };
  if (scope.tenant !== null) of['tenantry.tenant.id'] = scope.tenant;
  if (scope.kind !== 'system') return of;
  const { system, reason } = JSON.parse(scope.actorSetting) as Record<string, string | undefined>;
  return named({ ...of, 'tenantry.system.reason': reason, 'tenantry.system.actor': system });
}

/** Why it failed, by its code alone: a message may quote values. */
export function ofError(error: unknown): Named {
  const { name, code: own, cause } = Object(error) as Record<string, unknown>;
  // that of a batch has no code: its cause is the error of the statement
  const code = own ?? (cause as { code?: unknown } | undefined)?.code;
  const isText = typeof code === 'string';
  const isState = isText && /^[0-9A-Z]{5}$/.test(code) && !TenantryError.is(error);
  return named({
    'error.type': isText ? code : typeof name === 'string' ? name : '_OTHER',
    'db.response.status_code': isState ? code : undefined,
  });
}
