import { name } from '@tenantry/core/sql';
import type { TableName } from '../generate/model.ts';

/** What stands as a comment on the indexes of searches. */
export const mark = 'tenantry:search';

/** What stands on a search function, so that one of a column that is no longer searched is found. */
export const commentOf = (table: TableName): string =>
  `${mark} ${name(table.schema, table.name).sql}`;

/** `pg_catalog.english`, because a search_path decides what `english` is. */
export const qualified = (configuration: string): string =>
  configuration.includes('.') ? configuration : `pg_catalog.${configuration}`;
