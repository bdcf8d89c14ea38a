/** The value of a form field after parsing its brackets. */
export type FormValue = string | FormValue[] | Form;
export interface Form {
  [key: string]: FormValue;
}

/**
 * Reads `items[0][price]=a&metadata[k]=v&expand[]=x`, the encoding of Stripe's API: brackets are
 * objects, `[]` and `[0]` are lists.
 */
export function parseForm(text: string): Form {
  const root: Form = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const [, first = key, rest = ''] = /^([^[]+)(.*)$/.exec(key) ?? [];
    const path = [first, ...[...rest.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part)];
    put(root, path, value);
  }
  return listed(root) as Form;
}

function put(root: Form, path: readonly string[], value: string): void {
  let at = root;
  path.forEach((part, i) => {
    const key = part === '' ? String(Object.keys(at).length) : part;
    if (key === '__proto__') return;
    if (i === path.length - 1) at[key] = value;
    else {
      if (typeof at[key] !== 'object') at[key] = {};
      at = at[key] as Form;
    }
  });
}

/** Objects whose keys are 0, 1, 2 … are lists. */
function listed(value: FormValue): FormValue {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const isList = keys.length > 0 && keys.every((key) => /^\d+$/.test(key));
  const entries = keys.map((key) => [key, listed(value[key] as FormValue)] as const);
  return isList ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** Writes parameters in the same encoding. */
export function writeForm(value: unknown, prefix = ''): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) {
    return `${encodeURIComponent(prefix)}=${encodeURIComponent(value === null ? '' : String(value))}`;
  }
  return Object.entries(value)
    .map(([key, each]) => writeForm(each, prefix === '' ? key : `${prefix}[${key}]`))
    .filter((part) => part !== '')
    .join('&');
}

export const asText = (value: FormValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Stripe clears a field that is given as ''. */
export const asTextOrNull = (value: FormValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export const asNumber = (value: FormValue | undefined): number | undefined =>
  typeof value === 'string' && value !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;

export const asBoolean = (value: FormValue | undefined): boolean | undefined =>
  value === 'true' ? true : value === 'false' ? false : undefined;

export const asForm = (value: FormValue | undefined): Form =>
  typeof value === 'object' && !Array.isArray(value) ? value : {};

export const asList = (value: FormValue | undefined): FormValue[] =>
  Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value];

/** Metadata merges; a key given as '' is removed. */
export function mergeMetadata(
  old: Readonly<Record<string, string>>,
  change: FormValue | undefined,
): Record<string, string> {
  const merged = { ...old };
  for (const [key, value] of Object.entries(asForm(change))) {
    if (value === '') delete merged[key];
    else merged[key] = String(value);
  }
  return merged;
}
