import { type IdInput, type IdKind, type IdValue, idValue } from './ids.ts';

declare const word: unique symbol;

/**
 * The property that names a tenant of a kind: `'organizationId'`. Where ids are not texts, the type
 * carries the kind too, so that {@link TenantKey} knows the type of the id.
 */
export type TenantProperty<T extends string, K extends IdKind> = 0 extends 1 & K
  ? `${T}Id`
  : K extends 'uuid' | 'text'
    ? `${T}Id`
    : `${T}Id` & { readonly [word]: readonly [property: `${T}Id`, kind: K] };

type Numbered<N extends string, K extends IdKind> = {
  readonly [word]: readonly [property: N, kind: K];
};

/** The name of a {@link TenantProperty}: `'teamId'`. */
export type TenantPropertyName<P extends string> = P extends Numbered<infer N, infer _> ? N : P;

/** The kind of the ids of a {@link TenantProperty}. */
export type TenantPropertyKind<P extends string> =
  P extends Numbered<infer _, infer K> ? K : 'uuid' | 'text';

/** The tenant in a result, by the tenancy's own word: `{ organizationId: '…' }`, `{ teamId: 42 }`. */
export type TenantKey<P extends string> = {
  readonly [Key in TenantPropertyName<P>]: IdValue<TenantPropertyKind<P>>;
};

/** The tenant in an option that has to name it. */
export type TenantInput<P extends string> = {
  readonly [Key in TenantPropertyName<P>]: IdInput<TenantPropertyKind<P>>;
};

/**
 * The tenant in an option, by the tenancy's own word. In a tenant scope it is known and left out; in a
 * system scope it says whose rows are meant.
 */
export type TenantOption<P extends string> = {
  readonly [Key in TenantPropertyName<P>]?: IdInput<TenantPropertyKind<P>> | undefined;
};

/**
 * The tenant by the tenancy's own word, for results: `{ organizationId: id }`.
 * @param id as text, or as JSON says it
 */
export const tenantKey = <T extends string, K extends IdKind>(
  tenancy: { readonly tenant: T; readonly id: K; readonly property: string },
  id: string | number,
): TenantKey<TenantProperty<T, K>> =>
  ({ [tenancy.property]: idValue(tenancy.id, String(id)) }) as never;
