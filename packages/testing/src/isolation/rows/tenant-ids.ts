import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Table } from '../model.ts';
import type { IsolationTenancy } from '../types.ts';

/** The usual length of a text id: `iso-` and 16 hexadecimal digits. */
const usual = 20;

/**
 * Makes ids of tenants that nobody has: far behind those that a sequence has given, and no longer than
 * the shortest tenant column, or in its range.
 */
export function tenantIds(kind: IsolationTenancy['id'], tables: readonly Table[]): () => string {
  const columns = tables.flatMap((table) =>
    table.columns.filter(({ name }) => name === table.tenantColumn),
  );
  const has = (type: string) => columns.some((column) => column.type === type);
  switch (kind) {
    case 'uuid':
      return randomUUID;
    case 'integer':
    case 'bigint':
      if (has('smallint')) return () => String(randomInt(20_000, 2 ** 15));
      if (kind === 'integer' || has('integer'))
        return () => String(randomInt(1_500_000_000, 2 ** 31));
      return () => String((1n << 62n) + (randomBytes(8).readBigUInt64BE() >> 4n));
    default: {
      const lengths = columns.map(({ length }) => length).filter((length) => length > 0);
      const length = Math.min(usual, ...lengths);
      const id = () => `iso-${randomBytes(8).toString('hex')}`;
      return length === usual ? id : () => id().slice(-length);
    }
  }
}
