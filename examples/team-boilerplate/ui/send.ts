import { browser } from './browser.ts';

/** What a refusal says for people. */
interface Refusal {
  readonly detail?: string;
  readonly title?: string;
  readonly message?: string;
}

/** Sends a form as JSON; then shows the page anew, or why it was refused. */
export async function send(method: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.ok) {
    browser.location.reload();
    return;
  }
  const refusal = (await response.json().catch(() => ({}))) as Refusal;
  const why = refusal.detail ?? refusal.title ?? refusal.message;
  browser.alert(why ?? `The server answered ${response.status}.`);
}

/** The fields of a form that is being sent. */
export function fieldsOf(event: { preventDefault(): void; currentTarget: HTMLFormElement }) {
  event.preventDefault();
  const data = new browser.FormData(event.currentTarget);
  return {
    text: (name: string) => String(data.get(name) ?? ''),
    all: (name: string) => data.getAll(name).map(String),
  };
}
