import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createTestDatabase } from '@tenantry/testing';
import { bold, dim, green, print, red } from './printer.ts';
import { runSteps } from './run-steps.ts';
import type { Audience, StepOn, World } from './stage.ts';
import { startPostgres } from './start-postgres.ts';

/** Where a demo may open its application. */
export interface Place {
  /** Connects to an empty database as its owner, a superuser. */
  readonly adminUrl: string;
  /**
   * Makes a further database, and says how its owner connects to it.
   * @param migrate prepares it; the databases of one function are copies of the first. Default: it is empty.
   */
  another(migrate?: (adminUrl: string) => unknown): Promise<string>;
  /** For the logins of the application, made for this run. */
  readonly password: string;
  /** The port of the environment's `PORT`. Default: 3000. Another one will do when it is taken. */
  readonly port: number;
}

/** A demo: an application, and steps that show what it promises. */
export interface Demo<W extends World, Stage> {
  readonly title: string;
  readonly about: string;
  /** Who the people in the steps are, in a line. */
  readonly cast: string;
  /** Migrates the database and serves the application. */
  open(place: Place): Promise<W>;
  stageOf(world: W, audience: Audience): Stage;
  readonly steps: readonly StepOn<Stage>[];
  /** Prints how to go on by hand, when the application stays up. */
  invite(world: W, place: Place): void;
}

/**
 * Proves the steps of a demo on the running application, then stays up until Ctrl-C. With the argument
 * `--once` it ends after the steps and leaves nothing behind. Exit code 1 when a claim does not hold.
 */
export async function runDemo<W extends World, Stage>(demo: Demo<W, Stage>): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { once: { type: 'boolean', default: false } },
  });
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;

  /** What has to be closed, the last first. */
  const open: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const each of open.reverse()) await each().catch(() => {});
    })();
    return closing;
  };

  let proved = false;
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped.abort();
      void close().then(() => process.exit(proved ? 0 : 130));
    });
  }

  try {
    print(`${bold(demo.title)}  ${demo.about}`);
    const server = await startPostgres();
    open.push(() => server.stop());
    const another: Place['another'] = async (migrate) =>
      (await createTestDatabase({ server, ...(migrate !== undefined && { migrate }) })).url;
    const adminUrl = await another();
    const password = randomBytes(18).toString('base64url');
    const place = { adminUrl, another, password, port: Number(process.env.PORT ?? 3000) };
    const world = await demo.open(place);
    open.push(() => world.close());
    print(
      dim(`PostgreSQL ${server.version} · http://127.0.0.1:${world.port} · up in ${seconds()}`),
    );
    print(dim(demo.cast));
    print();

    const before = (audience: Audience) => demo.stageOf(world, audience);
    const { held, failed } = await runSteps(before, demo.steps, stopped.signal);
    proved = failed === 0 && !stopped.signal.aborted;
    if (proved) {
      const cost = dim(`${demo.steps.length} steps, ${seconds()}`);
      print(`${green(bold(`All ${held} claims hold.`))}  ${cost}`);
    } else if (failed > 0) {
      print(`${red(bold(`${failed} claims do not hold`))}, ${held} do.`);
    }
    if (proved && !values.once) {
      print();
      demo.invite(world, place);
      print();
      print(`It stays up at ${bold(`http://127.0.0.1:${world.port}`)} until you press Ctrl-C.`);
    }
  } catch (error) {
    if (!stopped.signal.aborted) console.error(error);
  }
  if (!stopped.signal.aborted && (!proved || values.once)) {
    await close();
    process.exitCode = proved ? 0 : 1;
  }
}
