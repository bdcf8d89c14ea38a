import type { FakeSession } from '../resources/checkout-sessions.ts';

/** A page for a browser, or where it is sent instead. */
export interface Page {
  readonly status: number;
  readonly location?: string;
  readonly html: string;
}

/** What the page of a checkout needs of the fake. */
export interface Checkouts {
  find(session: string): FakeSession | undefined;
  complete(session: string): FakeSession;
}

const address = /^\/c\/pay\/([\w-]+)$/;

/**
 * The page to which a checkout leads, as far as a browser needs it: one button, which pays.
 *
 * @returns undefined for every other address
 */
export function payPage(checkouts: Checkouts, method: string, path: string): Page | undefined {
  const id = address.exec(path)?.[1];
  if (id === undefined) return undefined;
  const session = checkouts.find(id);
  if (session === undefined) return { status: 404, html: pageOf('There is no such checkout.') };
  if (session.status !== 'open') {
    return { status: 410, html: pageOf(`This checkout is ${session.status}.`) };
  }
  if (method !== 'POST') return { status: 200, html: pageOf(payForm) };
  checkouts.complete(id);
  const location = session.success_url;
  if (typeof location !== 'string') return { status: 200, html: pageOf('Paid.') };
  return { status: 303, location, html: '' };
}

const payForm = '<form method="post"><button>Pay</button></form>';

const pageOf = (content: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Fake Stripe</title>
<body style="font: 1.2rem system-ui; margin: 4rem auto; max-width: 30rem"><h1>Fake Stripe</h1>
<p>A test: no money moves.</p>${content}`;
