export declare const rows: readonly { readonly name: string }[];
export declare const directory: NonNullable<
  Parameters<typeof import('@tenantry/rls/generate').generate>[0]['directory']
>;
