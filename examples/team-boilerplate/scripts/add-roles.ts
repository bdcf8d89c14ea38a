import { readFile } from 'node:fs/promises';
import { addRoles } from '../src/add-roles.ts';
import { openDatabase } from '../src/database.ts';
import { databaseUrls } from '../src/environment.ts';

// pnpm add-roles roles/ridgeline.json   adds the roles of a file while the application runs

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Name a file of roles: pnpm add-roles roles/ridgeline.json');
  process.exit(2);
}
const database = openDatabase(databaseUrls());
try {
  const { roles, members, milliseconds } = await addRoles(
    database,
    JSON.parse(await readFile(file, 'utf8')),
  );
  const seconds = (milliseconds / 1000).toFixed(2);
  console.log(`${roles} roles for ${members} members in ${seconds} s, without a deploy.`);
} finally {
  await database.pool.end();
}
