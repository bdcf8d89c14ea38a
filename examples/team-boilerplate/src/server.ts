import { createApp } from './app.ts';
import { openDatabase } from './database.ts';
import { databaseUrls, required } from './environment.ts';
import { listen } from './listen.ts';
import { rbac } from './rbac.ts';
import { parseWays } from './tenant-from.ts';

const database = openDatabase(databaseUrls());
const options = {
  ...database,
  origin: required('ORIGIN'),
  secret: required('SECRET'),
  ways: parseWays(process.env.TENANT_FROM),
  // put your mail service here
  mailer: {
    send: async ({ to, subject, url }: { to: string; subject: string; url: string }) =>
      console.log(`to ${to}: ${subject}: ${url}`),
  },
};
if (options.secret.length < 32) throw new Error('SECRET needs at least 32 random characters.');
const port = Number(process.env.PORT ?? 3000);
const server = await listen(() => createApp(options), port, process.env.HOST);
// members of changed roles, and invitations whose retention is over
const upkeep = rbac.start(database.pool);
console.log(`team-boilerplate answers on port ${server.port}`);

// A query that nobody awaits is cancelled with its request, which answers 500; its own promise then
// rejects with nobody listening, and must not end the process for everybody else.
process.on('unhandledRejection', (reason) => console.error(reason));

// A second signal ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server.close();
    await upkeep.stop();
    await database.pool.end();
  });
}
