import * as schema from './schema.ts';
import { onCluster, organizationSlugs } from './slugs.ts';

/** All tables of the application, as this database has them. */
export const tables = onCluster ? { ...schema, organizationSlugs } : schema;
