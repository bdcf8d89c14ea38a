/** What an answer lists: things with a name or title, usage of features, or entries of the audit log. */
interface Row {
  readonly name?: unknown;
  readonly title?: unknown;
  readonly feature?: unknown;
  readonly used?: unknown;
  readonly action?: unknown;
  readonly resource?: { readonly type?: unknown; readonly id?: unknown };
}

/** The names of rows, as one text. */
export const namesOf = (rows: readonly Row[]): string => rows.map(nameOf).join(', ');

function nameOf({ name, title, feature, used, action, resource }: Row): string {
  if (action !== undefined) return `${action} (${resource?.type} ${resource?.id})`;
  if (feature !== undefined) return `${feature} ${used}`;
  return String(name ?? title ?? '…');
}
