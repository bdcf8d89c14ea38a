import {
  type Ddl,
  ddl,
  type FunctionMarks,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import type { Names } from './tables.ts';

type Maker = Pick<Names, 'app' | 'both' | 'system' | 'onCitus'>;

/** Lets a function that a query on a shard calls read the other tables of that tenant. */
export const onShards = ({ onCitus }: Pick<Names, 'onCitus'>): Pick<FunctionMarks, 'settings'> =>
  onCitus ? { settings: [ddl`citus.allow_nested_distributed_execution = on`] } : {};

/** A function that runs as whoever calls, so that policies, rights and the grant ceiling apply. */
export const asCaller = (
  names: Maker,
  signature: Ddl,
  body: Ddl,
  marks?: FunctionMarks,
): SqlFunction =>
  sqlFunction(signature, { callers: names.both, ...onShards(names), ...marks }, body);

/** A function that runs as the system role; only functions of this package call it, and `callers`. */
export const asSystem = (
  names: Omit<Maker, 'both'>,
  signature: Ddl,
  body: Ddl,
  marks: FunctionMarks = {},
): SqlFunction => {
  const { callers = [] } = marks;
  // the system role calls it, or a migration, whose new tables no other role sees on the workers
  const isInner =
    names.onCitus && !callers.includes(names.app) && !/ returns trigger$/.test(signature.sql);
  return sqlFunction(
    signature,
    isInner
      ? { ...onShards(names), ...marks, callers: [names.system] }
      : { owner: names.system, ...onShards(names), ...marks },
    body,
  );
};
