import './errors.ts';

export type { CitusDatabase, CreateCitusDatabaseOptions } from './citus/create.ts';
export { createCitusDatabase } from './citus/create.ts';
export { citusUrl } from './citus/url.ts';
export type { TestDatabase } from './database/clone.ts';
export { cloneDatabase } from './database/clone.ts';
export type { CreateTestDatabaseOptions } from './database/create.ts';
export { createTestDatabase } from './database/create.ts';
export type { DatabaseContent } from './database/migrations.ts';
export type { Template } from './database/template.ts';
export { createTemplate } from './database/template.ts';
export { expectIsolated } from './isolation/expect-isolated.ts';
export type {
  AttackHandle,
  AttackResult,
  ExpectIsolatedOptions,
  IsolationReport,
  IsolationTenancy,
  RowRequest,
} from './isolation/types.ts';
export type { ManagedDatabase } from './managed/create.ts';
export { createManagedDatabase } from './managed/create.ts';
export {
  type ManagedService,
  type ManagedServiceName,
  managedServices,
} from './managed/services.ts';
export { startTestServer } from './server/start.ts';
export type {
  TestServer,
  TestServerAddress,
  TestServerKind,
  TestServerOptions,
} from './server/types.ts';
