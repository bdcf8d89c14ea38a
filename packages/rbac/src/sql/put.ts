import { type Ddl, ddl } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

/**
 * An INSERT … SELECT as a statement of plpgsql. Citus copies the rows into the shard, past its policies, and
 * refuses it; with RETURNING it inserts them. The function declares `put record`.
 */
export const put = ({ onCitus }: Pick<Names, 'onCitus'>, insert: Ddl): Ddl =>
  onCitus ? ddl`for put in ${insert} returning true loop end loop;` : ddl`${insert};`;

/** The variable of {@link put}. */
export const declarePut = ({ onCitus }: Pick<Names, 'onCitus'>): Ddl =>
  onCitus ? ddl`put record;` : ddl``;
