import { relative } from 'node:path';
import { root } from './steps/root.ts';

/** Says once, at the end of a run that had tests on Citus, that there was no cluster for them. */
export const citusNotTried = {
  onTestRunEnd(modules: readonly { readonly moduleId: string }[]): void {
    if (process.env.TEST_CITUS_URL) return;
    if (modules.some(({ moduleId }) => relative(root, moduleId).includes('citus')))
      process.stdout.write('Citus was not tried: TEST_CITUS_URL is not set.\n');
  },
};
