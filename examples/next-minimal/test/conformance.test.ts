import { adapterConformance, createConformanceWorld } from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { applications } from './fixture/lib/conformance.ts';
import { builtApp } from './support/built-app.ts';
import { serve } from './support/server.ts';

// The application is built by Next with Turbopack and served in this process, so that its handlers reach
// those of the suite.

const world = await createConformanceWorld({ server: await testServer() });
const server = await serve(await builtApp(), {
  DATABASE_URL: world.logins.app,
  DATABASE_URL_SYSTEM: world.logins.system,
  TENANCY_SECRET: world.secret,
});
afterAll(async () => {
  await server.close();
  await world.end();
});

beforeAll(() => {
  if (process.env.NOISY !== '1') vi.spyOn(console, 'error').mockImplementation(() => {});
});

adapterConformance(
  { describe, it, afterAll },
  {
    name: 'Next.js',
    world,
    answersAfterScope: true,
    guards: true,
    readsBodyInScope: true,
    throwsErrors: true,
    webhook: true,
    async start(application) {
      const name = `application-${applications.size + 1}`;
      applications.set(name, application);
      const { url, close } = await server.another();
      return { url: `${url}/conformance/${name}`, close };
    },
  },
);
