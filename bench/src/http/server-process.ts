import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTenantPool } from '@tenantry/core';
import { answerQuestions } from '../lib/child.ts';
import { poolSize } from '../scoped/operations.ts';
import { tenancy } from '../scoped/schema.ts';
import { frameworks } from './frameworks/index.ts';
import type { Way } from './ways.ts';

/** What the bench asks of the process of a server; it answers one question after the other. */
export type Question =
  | {
      readonly ask: 'listen';
      readonly framework: string;
      readonly way: Way;
      readonly url: string;
      readonly max: number;
    }
  | { readonly ask: 'cpu' }
  | { readonly ask: 'close' };

let close = async () => {};

/** The port, or the CPU so far in microseconds. */
async function answer(question: Question): Promise<number> {
  if (question.ask === 'listen') {
    const { framework, way, url, max } = question;
    const pool = createTenantPool(tenancy, { connectionString: url, ...poolSize(max) });
    const start = frameworks[framework];
    if (start === undefined) throw new Error(`no framework ${framework}`);
    const server = await start(pool, way);
    server.keepAliveTimeout = 0; // connections wait while others are measured
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = async () => {
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
    };
    return (server.address() as AddressInfo).port;
  }
  if (question.ask === 'close') await close();
  const { user, system } = process.cpuUsage();
  return user + system;
}

answerQuestions(answer);
