/** The fields of a form that were filled in, as texts; what Next adds for itself is left out. */
export function fieldsOf(form: FormData): Record<string, string> {
  const fields = [...form].filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1] !== '' && !entry[0].startsWith('$ACTION'),
  );
  const { business, ...others } = Object.fromEntries(fields);
  return others;
}

/** The address of a page of the business that the form names. */
export const pageOf = (form: FormData, page: string): string =>
  `/${encodeURIComponent(String(form.get('business')))}/${page}`;
