import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { tenancy } from './fixtures/schema.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();

async function run(command: string, argv: string[] = [], urls: object = {}) {
  const said = { stdout: '', stderr: '' };
  const to = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[stream] += text;
      return true;
    },
  });
  const commands = await limits.commands?.();
  const code = await commands?.[command]?.run(argv, {
    tenancy,
    url: database.logins.app,
    systemUrl: database.logins.system,
    stdout: to('stdout') as never,
    stderr: to('stderr') as never,
    ...urls,
  });
  return { code, ...said };
}

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
  expect(await run('limits sync', ['--all'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--overwrite'),
  });
  expect(await run('limits drift', [], { url: undefined, systemUrl: undefined })).toMatchObject({
    code: 2,
  });
});
