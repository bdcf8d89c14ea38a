import type { Form, FormValue } from '../form.ts';
import { FakeStripeError } from './errors.ts';
import { parameters } from './parameter-names.ts';

const words = (text: string) => new Set(text.trim().split(/\s+/));
const known = new Map(Object.entries(parameters).map(([route, text]) => [route, words(text)]));

/** Parameters of older versions that `stripe trigger` still sends. */
const older = words(
  'coupon plan prorate invoice_now payment_method_types pending_invoice_items_behavior',
);

/** Refuses an unknown parameter, like Stripe. */
export function checkParameters(route: string, params: Form): void {
  const names = known.get(route);
  if (names === undefined) return;
  refuse(names, params, '');
  for (const [field, value] of Object.entries(params)) {
    const inner = known.get(`${route} ${field}`);
    if (inner === undefined) continue;
    for (const [place, each] of entriesOf(field, value)) refuse(inner, each, place);
  }
}

/** The object in a field, or each of a list. */
function entriesOf(field: string, value: FormValue): [string, Form][] {
  if (typeof value === 'string') return [];
  if (!Array.isArray(value)) return [[field, value]];
  return value.flatMap((each, i) =>
    typeof each === 'object' && !Array.isArray(each)
      ? [[`${field}[${i}]`, each] as [string, Form]]
      : [],
  );
}

function refuse(names: ReadonlySet<string>, params: Form, place: string): void {
  for (const name of Object.keys(params)) {
    if (names.has(name) || name === 'expand' || older.has(name)) continue;
    const param = place === '' ? name : `${place}[${name}]`;
    throw new FakeStripeError(400, `Received unknown parameter: ${param}`, {
      code: 'parameter_unknown',
      param,
    });
  }
}
