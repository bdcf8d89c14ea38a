import { type Answer, type Sending as Sent, sendTo } from '@tenantry/example-kit/demo';

/** What is sent besides method and path. */
export interface Sending extends Omit<Sent, 'method' | 'path'> {
  /** The host that is asked, as a browser on a subdomain sends it. Default: the one of the client. */
  readonly host?: string;
}

interface Cookie {
  readonly value: string;
  /** The host that set it, or the domain that it is for. */
  readonly at: string;
  readonly below: boolean;
}

/** A client that keeps cookies as a browser does; `fetch` would not let it choose its Host header. */
export function openClient(port: number, host: string) {
  const jar = new Map<string, Cookie>();
  const cookiesFor = (asked: string) =>
    [...jar]
      .filter(([, { at, below }]) => asked === at || (below && asked.endsWith(`.${at}`)))
      .map(([name, { value }]) => `${name.split(' ')[0]}=${value}`)
      .join('; ');

  const keep = (lines: readonly string[], asked: string) => {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const domain = /;\s*domain=\.?([^;]+)/i.exec(line)?.[1]?.toLowerCase();
      const at = domain ?? asked;
      // a browser takes no cookie for a domain that it is not on
      if (asked !== at && !asked.endsWith(`.${at}`)) continue;
      const key = `${name} ${at}`;
      if (value === '' || /max-age=0/i.test(line)) jar.delete(key);
      else jar.set(key, { value, at, below: domain !== undefined });
    }
  };

  return {
    /** The host of its requests, without the port. */
    host,
    /** Sent with every request. */
    headers: {} as Record<string, string>,
    /** `send('POST /api/projects', { body: { name: 'North Arena' } })` */
    async send(what: string, { host, headers, ...sending }: Sending = {}): Promise<Answer> {
      const [method = 'GET', path = '/'] = what.split(' ');
      const asked = host ?? this.host;
      const cookie = cookiesFor(asked);
      const answer = await sendTo(port, {
        ...sending,
        method,
        path,
        headers: {
          host: `${asked}:${port}`,
          origin: `http://${asked}:${port}`,
          ...(cookie !== '' && { cookie }),
          ...this.headers,
          ...headers,
        },
      });
      keep(answer.headers['set-cookie'] ?? [], asked);
      return answer;
    },
  };
}

export type Client = ReturnType<typeof openClient>;
