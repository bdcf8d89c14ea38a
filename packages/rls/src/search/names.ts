/** The comment on functions and indexes of searches, by which they are found again. */
export const mark = 'tenantry:search';

/** `pg_catalog.english`, because a search_path decides what `english` is. */
export const qualified = (configuration: string): string =>
  configuration.includes('.') ? configuration : `pg_catalog.${configuration}`;
