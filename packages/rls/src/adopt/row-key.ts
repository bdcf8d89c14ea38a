import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { LiveTable } from '../model/live.ts';
import { keyOf } from './facts.ts';

/**
 * What names the row `t`, as JSON: its primary key, otherwise its place. A number that JavaScript would
 * round is a text.
 */
export function rowKey(live: LiveTable, ctid: Ddl): Ddl {
  const key = keyOf(live);
  if (key.length === 0) return ddl`jsonb_build_object('ctid', ${ctid})`;
  const parts = key.map((column) => {
    const type = live.columns.find((each) => each.name === column)?.type ?? '';
    const value = ddl`t.${name(column)}`;
    const shown = /^(bigint|numeric)/.test(type)
      ? ddl`case when ${value} between -9007199254740991 and 9007199254740991 then to_jsonb(${value}) else to_jsonb(${value}::text) end`
      : value;
    return ddl`${literal(column)}, ${shown}`;
  });
  return ddl`jsonb_build_object(${join(parts)})`;
}
