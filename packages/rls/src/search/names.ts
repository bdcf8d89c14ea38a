/** What stands as a comment on the functions and indexes of searches, for them to be found again. */
export const mark = 'tenantry:search';

/** `pg_catalog.english`, because a search_path decides what `english` is. */
export const qualified = (configuration: string): string =>
  configuration.includes('.') ? configuration : `pg_catalog.${configuration}`;
