export { migrate } from 'drizzle-orm/node-postgres/migrator';
