// React's cache() as a server component has it: run with --conditions=react-server.
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
// @ts-expect-error React's own renderer, in the copy that Next has; it comes without types
import { renderToPipeableStream } from 'next/dist/compiled/react-server-dom-webpack/server.node.js';
import { cache, createElement } from 'react';
import { defineTenancy } from '../../../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });
const rows = async () => `rows of ${tenancy.current().organizationId}`;
const bare = cache(rows);
const keyed = cache((_organizationId: string) => rows());

async function Page(): Promise<string> {
  const seen = (fn: () => Promise<string>) =>
    Promise.all([tenancy.run('acme', fn), tenancy.run('globex', fn)]);
  const first = await seen(bare);
  const second = await seen(() => keyed(tenancy.current().organizationId));
  return `answer:${JSON.stringify({ bare: first, keyed: second })}`;
}

const page = new PassThrough();
renderToPipeableStream(createElement(Page as never), {}).pipe(page);
const answer = /answer:(.*)"$/m.exec(await text(page))?.[1] ?? '';
process.send?.(JSON.parse(JSON.parse(`"${answer}"`)));
