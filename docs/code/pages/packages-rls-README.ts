import type pg from 'pg';

export declare const owner: pg.Client;
export declare const rows: readonly { readonly name: string }[];
export declare const directory: NonNullable<
  Parameters<typeof import('@tenantry/rls/generate').generate>[0]['directory']
>;
