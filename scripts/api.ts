import { checkApiReports } from './packaging/api-reports.ts';
import { publishablePackages } from './packaging/packages.ts';
import { command, endCommandsWithUs } from './steps/command.ts';

// pnpm api           builds, and writes the reports of the public surface, packages/*/api
// pnpm api --check   compares what is built with the reports; `pnpm test packaging` does

endCommandsWithUs();
const isCheck = process.argv.includes('--check');
const faults: string[] = [];
for (const pkg of publishablePackages()) {
  if (!isCheck) await command('tsup', ['--silent'], { cwd: pkg.path });
  try {
    checkApiReports(pkg, !isCheck);
  } catch (error) {
    if (!isCheck) throw error;
    faults.push((error as Error).message);
  }
}
if (faults.length > 0) {
  console.error(faults.join('\n\n'));
  process.exitCode = 1;
}
