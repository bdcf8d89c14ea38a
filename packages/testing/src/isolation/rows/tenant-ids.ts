import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Table } from '../model.ts';
import type { IsolationTenancy } from '../types.ts';

/** The usual length of a text id: `iso-` and 16 hexadecimal digits. */
const usual = 20;

/**
 * Makes ids of tenants that nobody has: far behind those that a sequence has given, and no longer than
 * the shortest tenant column.
 */
export function tenantIds(kind: IsolationTenancy['id'], tables: readonly Table[]): () => string {
  switch (kind) {
    case 'uuid':
      return randomUUID;
    case 'integer':
      return () => String(randomInt(1_500_000_000, 2 ** 31));
    case 'bigint':
      return () => String((1n << 62n) + (randomBytes(8).readBigUInt64BE() >> 4n));
    default: {
      const lengths = tables.flatMap(({ columns, tenantColumn }) =>
        columns.filter(({ name, length }) => name === tenantColumn && length > 0),
      );
      const length = Math.min(usual, ...lengths.map((column) => column.length));
      const id = () => `iso-${randomBytes(8).toString('hex')}`;
      return length === usual ? id : () => id().slice(-length);
    }
  }
}
