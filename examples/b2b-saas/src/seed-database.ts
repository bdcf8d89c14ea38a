import { openDatabase } from './database.ts';
import { required } from './environment.ts';
import { seed } from './seed.ts';
import { signToken } from './session.ts';

// pnpm seed   fills the database of .env, and prints a token for each of the people

const secret = required('SESSION_SECRET');
const database = openDatabase({
  url: required('DATABASE_URL'),
  systemUrl: required('SYSTEM_DATABASE_URL'),
});
try {
  const { users } = await seed(database);
  for (const [person, id] of Object.entries(users)) {
    console.log(`${person.padEnd(5)} Bearer ${await signToken(id, secret)}`);
  }
} finally {
  await database.pool.end();
}
