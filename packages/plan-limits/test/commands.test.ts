import { runCommand } from 'tenantry';
import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { tenancy } from './fixtures/schema.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();

const { app: url, system: systemUrl } = database.logins;
const run = (command: string, argv: string[] = []) =>
  runCommand({ tenancy, features: [limits], database: { url, systemUrl } }, [
    ...command.split(' '),
    ...argv,
  ]);

test('limits drift tells what differs, and limits sync ends it when told to', async () => {
  expect(await run('limits drift')).toMatchObject({
    code: 0,
    stdout: 'The plans of code and database agree.\n',
  });
  await database.ask(
    "update plan_features set limit_value = 4 where plan = 'small' and feature = 'projects'",
  );
  const { code, stdout } = await run('limits drift');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^plan feature small projects is .*"limit":2.* in the code and .*"limit":4/,
  );
  expect(await run('limits sync')).toMatchObject({ code: 0 });
  expect((await run('limits drift')).code).toBe(1);
  expect(await run('limits sync', ['--overwrite'])).toMatchObject({ code: 0 });
  expect((await run('limits drift')).code).toBe(0);
});

test('a command line that is wrong is a 2', async () => {
  expect(await run('limits sync', ['--overwrit'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean --overwrite?'),
  });
});
