import { sendTo } from '@tenantry/example-kit/demo';

/** People who create projects, over HTTP, one after another. */
export interface Traffic {
  /** What the application answered 201 to: the ids of projects. */
  readonly created: ReadonlySet<string>;
  /** Answers that were neither 201 nor 200. */
  readonly refused: readonly string[];
  /** The longest answer since the last call, in milliseconds. */
  slowest(): number;
  stop(): Promise<void>;
}

/** @param token of a person who may create projects in the organization */
export function startTraffic(
  port: number,
  { organization, token, people }: { organization: string; token: string; people: number },
): Traffic {
  const created = new Set<string>();
  const refused: string[] = [];
  let slowest = 0;
  let isOver = false;
  const headers = { authorization: `Bearer ${token}`, 'x-organization': organization };
  const work = async (person: number) => {
    for (let i = 0; !isOver; i++) {
      const began = performance.now();
      const { status, json, text } = await sendTo(port, {
        method: 'POST',
        path: '/api/projects',
        headers,
        body: { name: `Order ${person}.${i}` },
      });
      slowest = Math.max(slowest, performance.now() - began);
      if (status === 201) created.add(json.id);
      else refused.push(`${status} ${text}`);
    }
  };
  const all = Promise.all(Array.from({ length: people }, (_, person) => work(person)));
  return {
    created,
    refused,
    slowest() {
      const found = slowest;
      slowest = 0;
      return Math.round(found);
    },
    async stop() {
      isOver = true;
      await all;
    },
  };
}
