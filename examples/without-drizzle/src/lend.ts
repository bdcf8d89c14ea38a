/**
 * Lends a client to one piece of work at a time. Prisma collects what a client is asked for in one tick
 * and sends it in the scope of whoever asked first; a client that only one scope has cannot mix them.
 *
 * The clients are as many as there are scopes at once, and are used again.
 * @example
 * ```ts
 * const withPrisma = lending(() => new PrismaClient({ adapter: new PrismaPg(pool) }));
 * const names = await tenancy.run(acme, () => withPrisma((prisma) => prisma.project.findMany()));
 * ```
 */
export function lending<Client>(make: () => Client) {
  const free: Client[] = [];
  return async <R>(work: (client: Client) => Promise<R>): Promise<R> => {
    const client = free.pop() ?? make();
    try {
      return await work(client);
    } finally {
      free.push(client);
    }
  };
}
