import { openDatabase } from '../src/database.ts';
import { databaseUrls } from '../src/environment.ts';
import { emailOf, type Person, seed, seedPassword } from '../src/seed.ts';

const database = openDatabase(databaseUrls());
try {
  const { users } = await seed(database);
  for (const person of Object.keys(users)) console.log(emailOf(person as Person));
  console.log(`Everybody's password: ${seedPassword}`);
} finally {
  await database.pool.end();
}
