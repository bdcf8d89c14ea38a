import { delimiter } from 'node:path';

/** Nothing of the package manager and the runner that this process was started by. */
export function environmentOfUser(): Record<string, string | undefined> {
  const ours =
    /^(npm_(lifecycle|package|command|execpath|node|config_user_agent)|pnpm_|PNPM_|NODE_(OPTIONS|PATH|ENV)$|TEST_|TENANTRY_|VITEST)/;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return {
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => ours.test(name))
        .map((name) => [name, undefined]),
    ),
    PATH: folders.filter((folder) => !folder.includes('node_modules')).join(delimiter),
  };
}
