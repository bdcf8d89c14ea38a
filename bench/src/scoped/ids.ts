import type { IdKind } from '@tenantry/core';

/** The ids of a kind: in SQL the expression of tenant number `t`, in JavaScript the same as text. */
interface Ids {
  readonly sql: string;
  readonly of: (t: number) => string;
}

const beyondNumbers = 2n ** 53n;

const kinds: Readonly<Record<IdKind, Ids>> = {
  uuid: {
    sql: "('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid",
    of: (t) => `00000000-0000-4000-8000-${t.toString(16).padStart(12, '0')}`,
  },
  text: {
    sql: "'org_' || lpad(t::text, 12, '0')",
    of: (t) => `org_${String(t).padStart(12, '0')}`,
  },
  integer: { sql: 't', of: String },
  bigint: { sql: `t + ${beyondNumbers}`, of: (t) => String(beyondNumbers + BigInt(t)) },
};

/** The kind of tenant ids of the scoped bench: `BENCH_ID=bigint pnpm bench gate`. Default: uuid. */
export const idKind = (process.env.BENCH_ID ?? 'uuid') as IdKind;

if (!Object.hasOwn(kinds, idKind)) {
  throw new Error(`BENCH_ID is ${idKind}. Use ${Object.keys(kinds).join(', ')}.`);
}

export const ids: Ids = kinds[idKind];
