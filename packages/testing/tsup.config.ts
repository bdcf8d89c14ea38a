import type { Options } from 'tsup';
import { packageBuild } from '../../scripts/package-build.ts';

const build = packageBuild([
  './src/index.ts',
  './src/vitest.ts',
  './src/conformance/index.ts',
  './src/pooler/index.ts',
  './src/proxy/index.ts',
  './src/schema/index.ts',
  // Not an export: the program of startProxyProcess.
  './src/proxy/child.ts',
]) as Options;

export default {
  ...build,
  esbuildOptions(options: { logOverride?: Record<string, string> }) {
    // src/package-files.ts knows that CommonJS has no import.meta.
    options.logOverride = { 'empty-import-meta': 'silent' };
  },
} as Options;
