/**
 * The values of an option `--set slug=acme2,domain=`: columns with their values, and without one null. A comma in
 * a value is written `\,`.
 * @param refuse ends the command
 */
export const valuesOf = (
  given: string | undefined,
  refuse: (found: string) => never,
): Record<string, string | null> =>
  Object.fromEntries(
    (given?.split(/(?<!\\),/) ?? []).map((part) => {
      const [, column, value = ''] = /^([^=]+)=(.*)$/s.exec(part) ?? refuse(`--set ${part}`);
      return [column, value === '' ? null : value.replaceAll('\\,', ',')];
    }),
  );
