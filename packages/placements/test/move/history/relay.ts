import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where the connections of a process end, all at once. */
export interface Cut {
  /** Counted in what the process sends, from 1. */
  readonly at: number;
  /** Whether that is lost too. */
  readonly before: boolean;
  /** What ends: the process, which connects no more and cleans nothing up; all connections; or only the oldest. */
  readonly ends: 'process' | 'connections' | 'oldest';
}

/** Passes on what a process sends to PostgreSQL, until it is cut. */
export async function relayTo(target: string) {
  const { hostname: host, port } = new URL(target);
  const open = new Set<Socket>();
  let sent = 0;
  let cut: Cut | undefined;
  let killed = false;
  const end = () => {
    if (cut === undefined) return;
    const { ends } = cut;
    cut = undefined;
    killed = ends === 'process';
    for (const socket of ends === 'oldest' ? [...open].slice(0, 1) : open) socket.destroy();
  };
  const server = createServer({ noDelay: true }, (client) => {
    if (killed) return void client.destroy();
    const database = connect({ host, port: Number(port), noDelay: true });
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    database.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      const last = ++sent === cut?.at;
      if (last && cut?.before === true) end();
      if (database.writable) database.write(chunk);
      if (last) end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    /** The same connection string, through here. */
    url: (url: string) => {
      const through = new URL(url);
      through.host = `127.0.0.1:${own}`;
      return through.href;
    },
    /** Begins to count, and cuts there. Undefined for nowhere. */
    cutAt: (where: Cut | undefined) => {
      sent = 0;
      cut = where;
    },
    /** Lets the next process connect. */
    next: () => {
      cut = undefined;
      killed = false;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
