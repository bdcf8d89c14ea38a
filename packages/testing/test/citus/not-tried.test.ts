import { afterEach, expect, test, vi } from 'vitest';
import { citusNotTried } from '../../../../scripts/citus-not-tried.ts';

const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => {
  vi.unstubAllEnvs();
  said.mockClear();
});
const end = (...files: string[]) =>
  citusNotTried.onTestRunEnd(
    files.map((file) => ({ moduleId: new URL(`../../../../${file}`, import.meta.url).pathname })),
  );
const lines = () => said.mock.calls.map(([text]) => text);

test('a run that had tests on Citus and no cluster says so, once', () => {
  vi.stubEnv('TEST_CITUS_URL', '');
  end('packages/core/test/citus/shapes.test.ts', 'packages/core/test/citus/system.test.ts');
  expect(lines()).toEqual(['Citus was not tried: TEST_CITUS_URL is not set.\n']);
});

test('a run without such tests, or with a cluster, says nothing', () => {
  vi.stubEnv('TEST_CITUS_URL', '');
  end('packages/core/test/pool/batch.test.ts');
  vi.stubEnv('TEST_CITUS_URL', 'postgres://coordinator');
  end('packages/core/test/citus/shapes.test.ts');
  expect(lines()).toEqual([]);
});
