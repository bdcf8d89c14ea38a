import { packageBuild } from '../../scripts/package-build.ts';

export default packageBuild([
  './src/index.ts',
  './src/adapter/index.ts',
  './src/drizzle.ts',
  './src/errors/index.ts',
  './src/express/index.ts',
  './src/fastify/index.ts',
  './src/hono.ts',
  './src/log.ts',
  './src/next/client.ts',
  './src/next/index.ts',
  './src/otel/index.ts',
  './src/placement/index.ts',
  './src/resolvers/index.ts',
  './src/resolvers/jwt.ts',
  './src/scope/index.ts',
  './src/sql/index.ts',
]);
