import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { expectNothingLeft, processesOfDemo, startDemo } from './support/demo-process.ts';

// `--once` is in demo-once.long.test.ts.

it('stays up beside whoever has the port, until it is stopped', async () => {
  const neighbour = createServer((_, response) => response.end('the neighbour'));
  await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
  const { port } = neighbour.address() as { port: number };
  const demo = startDemo([], { PORT: String(port) });
  try {
    await demo.until('Ctrl-C');
    if (process.platform === 'linux') expect(processesOfDemo()).not.toEqual([]);
    const [, token] = /^ADA=(\S+)$/m.exec(demo.output()) ?? [];
    const [, command] =
      /^curl -s (\S+\/api\/projects) .*x-organization: acme/m.exec(demo.output()) ?? [];
    expect(command).not.toContain(`:${port}/`);
    const response = await fetch(String(command), {
      headers: { authorization: `Bearer ${token}`, 'x-organization': 'acme' },
    });
    expect(response.status).toBe(200);
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(0);
    expectNothingLeft();
  } finally {
    neighbour.close();
  }
});
