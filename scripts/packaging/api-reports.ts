import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from '@microsoft/api-extractor';
import { root } from '../steps/root.ts';
import type { Package } from './packages.ts';

/** Where a package keeps the reports of its public surface, a file for each export path. */
const reportsOf = (pkg: Package) => join(pkg.path, 'api');

/**
 * Compares the public surface of a built package with its reports in the repository, so that a change
 * of it shows in review.
 *
 * @param write write the reports instead: `pnpm api`
 * @throws Error naming the reports that differ
 */
export function checkApiReports(pkg: Package, write = false): void {
  const folder = reportsOf(pkg);
  if (write) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const entries = Object.keys(pkg.manifest.exports).filter((path) => !path.endsWith('.json'));
  const configs = entries.map((path) => configOf(pkg, path));
  const compilerState = CompilerState.create(configs[0] as ExtractorConfig, {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  const differing = entries.filter((_, i) => {
    const config = configs[i] as ExtractorConfig;
    const { apiReportChanged } = Extractor.invoke(config, {
      compilerState,
      localBuild: write,
      messageCallback: (message) => {
        message.handled = true;
      },
    });
    return apiReportChanged && !write;
  });
  const reports = new Set(entries.map((path) => `${reportName(path)}.api.md`));
  const left = readdirSync(folder).filter((file) => file.endsWith('.md') && !reports.has(file));
  const wrong = [...differing.map(reportName), ...left];
  if (wrong.length > 0) {
    throw new Error(
      `${pkg.manifest.name}: its public surface is not what packages/${pkg.folder}/api says (${wrong.join(', ')}).\n` +
        'When the change is meant, run `pnpm api` and look at the difference.',
    );
  }
}

/** `.` → `index`, `./hono` → `hono`. */
const reportName = (path: string) => (path === '.' ? 'index' : path.slice(2).replaceAll('/', '-'));

function configOf(pkg: Package, path: string): ExtractorConfig {
  const { types } = (pkg.manifest.exports[path] as { import: { types: string } }).import;
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(pkg.path, 'package.json'),
    configObject: {
      projectFolder: pkg.path,
      mainEntryPointFilePath: join(pkg.path, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
          },
          files: [join(pkg.path, types)],
        },
      },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFolder: reportsOf(pkg),
        reportTempFolder: join(root, 'test-results/api', pkg.folder),
        reportFileName: reportName(path),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        // what is written in docstrings is read by people; the report is of types
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}
