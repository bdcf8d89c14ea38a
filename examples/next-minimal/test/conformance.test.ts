import { adapterConformance } from '@tenantry/testing/conformance';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { applications } from './fixture/lib/conformance.ts';
import { builtApp } from './support/built-app.ts';
import { exampleDatabase } from './support/database.ts';
import { serve } from './support/server.ts';
import { conformanceWorld } from './support/world.ts';

// The application is built by Next with Turbopack and served in this process, so that its handlers reach
// those of the suite.

const database = await exampleDatabase();
const server = await serve(await builtApp(), database.env);
afterAll(() => server.close());

beforeAll(() => {
  if (process.env.NOISY !== '1') vi.spyOn(console, 'error').mockImplementation(() => {});
});

adapterConformance(
  { describe, it, afterAll },
  {
    name: 'Next.js',
    world: conformanceWorld(database),
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
