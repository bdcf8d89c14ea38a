import { sendTo } from '@tenantry/example-kit/demo';

/** What a visitor got to see. */
export interface Page {
  readonly status: number;
  /** Where it redirects, or undefined. */
  readonly location: string | undefined;
  readonly html: string;
}

/** A visitor with a browser that has no JavaScript: follows links, keeps a cookie, and sends forms. */
export interface Visitor {
  get(path: string): Promise<Page>;
  /**
   * Sends a form of a page, and follows where it leads.
   * @param button the text of its button, or its label
   */
  submit(path: string, page: Page, button: string, fields: Fields): Promise<Page>;
  /** The hidden fields of a form: what names the action is in them. */
  fieldsOf(page: Page, button: string): Fields;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** @param cookie the session cookie, for somebody who is signed in already */
export function visitor(port: number, cookie?: string): Visitor {
  let session = cookie === undefined ? '' : `session=${cookie}`;

  async function send(path: string, body?: FormBody): Promise<Page> {
    const { status, headers, text } = await sendTo(port, {
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: { cookie: session, origin: `http://127.0.0.1:${port}`, ...body?.headers },
      raw: body?.text,
    });
    for (const each of headers['set-cookie'] ?? []) session = each.split(';')[0] ?? '';
    return { status, location: headers.location, html: text };
  }

  /** As a browser: at most as many redirects as this application makes in a row. */
  async function follow(page: Page, left = 4): Promise<Page> {
    if (page.location === undefined || left === 0) return page;
    const { pathname, search } = new URL(page.location, `http://127.0.0.1:${port}`);
    return follow(await send(pathname + search), left - 1);
  }

  return {
    get: async (path) => follow(await send(path)),
    submit: async (path, page, button, fields) =>
      follow(await send(path, multipart({ ...hiddenFields(page.html, button), ...fields }))),
    fieldsOf: (page, button) => hiddenFields(page.html, button),
  };
}

interface FormBody {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As browsers do it: a quote would end the name. */
const escaped = (name: string): string =>
  name.replaceAll(/["\r\n]/g, (each) => encodeURIComponent(each));

/** A body as a browser sends a form. */
export function multipart(fields: Fields): FormBody {
  const boundary = 'a-boundary-of-the-visitor';
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    [value]
      .flat()
      .map(
        (each) =>
          `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(name)}"\r\n\r\n${each}\r\n`,
      ),
  );
  return {
    text: `${parts.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** The hidden fields of the first form whose button says so: what names the action is in them. */
function hiddenFields(html: string, button: string): Record<string, string> {
  const forms = html.match(/<form.*?<\/form>/gs) ?? [];
  const form = forms.find(
    (each) => each.includes(`>${button}</button>`) || each.includes(`aria-label="${button}"`),
  );
  if (form === undefined) throw new Error(`The page has no form with the button ${button}.`);
  const fields: Record<string, string> = {};
  for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name !== undefined) fields[name] = decoded(/value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return fields;
}

const entities: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#x27;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

/** A text of a page without its entities. */
export const decoded = (text: string): string =>
  text.replaceAll(/&(?:quot|#x27|lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
