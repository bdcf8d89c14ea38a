import { checkType, type ErrorCode, type OptionType } from '../errors/index.ts';

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/**
 * Methods that check the types of their arguments before they run, and then answer by a promise.
 *
 * @param where their object for errors: `rbac.members`
 * @param types the types of the arguments of each method that is checked
 * @param code Default: 'CONFIG_INVALID'.
 * @throws TenantryError of the code, from the methods
 */
export function checkedMethods<A extends object>(
  where: string,
  types: { readonly [Name in keyof A]?: readonly OptionType[] },
  methods: A,
  code?: ErrorCode,
): Readonly<A> {
  const checked = Object.entries<readonly OptionType[]>(types as never).map(([name, each]) => [
    name,
    async (...args: unknown[]) => {
      for (const [i, type] of each.entries())
        checkType(args[i], type, `argument ${i + 1} of ${where}.${name}`, code);
      return (methods as Methods)[name]?.(...args);
    },
  ]);
  return Object.freeze({ ...methods, ...Object.fromEntries(checked) });
}
