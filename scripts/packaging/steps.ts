import { join } from 'node:path';
import { command } from '../steps/command.ts';
import { gate, type Step } from '../steps/run-steps.ts';
import { checkCodes } from './codes.ts';
import { layOutConsumer } from './consumer.ts';
import { checkDeclarations } from './declarations.ts';
import { followFirstPage, type ModuleKind } from './fresh-project.ts';
import { checkLoading } from './load.ts';
import { checkOneContext } from './one-context.ts';
import { publishablePackages } from './packages.ts';
import { checkSize, coreBudget } from './size.ts';
import { checkTarball } from './tarball.ts';

const packages = publishablePackages();

/** One step a package: build, pack, and look at the tarball. They do not depend on each other. */
export const packSteps = (work: string): Step[] =>
  packages.map((pkg) => gate(`package ${pkg.manifest.name}`, () => checkTarball(pkg, work)));

/** What can be asked of the tarballs together, after `packSteps`. */
export const installedSteps = (work: string): Step[] => [
  gate('import and require every export path', async () => {
    const onlyMain = (paths: string[]) => paths.slice(0, 1);
    await checkLoading(packages, await layOutConsumer(packages, work, false), onlyMain);
    const consumer = await layOutConsumer(packages, work, true);
    await checkLoading(packages, consumer);
    await checkOneContext(consumer);
    await checkCodes(packages, consumer);
  }),
  gate('public surface as packages/*/api says', () =>
    command('tsx', ['scripts/api.ts', '--check']),
  ),
  gate('no package copies the types of another', () =>
    checkDeclarations(packages.map(({ folder }) => join(work, folder, 'package'))),
  ),
  gate(`@tenantry/core under ${coreBudget.inAll} kB`, () =>
    checkSize(join(work, 'core/package'), coreBudget),
  ),
  ...(['ES modules', 'CommonJS'] satisfies ModuleKind[]).map((kind) =>
    gate(`from an empty folder to a green expectIsolated, as the docs say it: ${kind}`, () =>
      followFirstPage(packages, work, kind),
    ),
  ),
];
