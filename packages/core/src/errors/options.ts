import { check, typeName } from './check.ts';
import type { ErrorCode } from './registry.ts';

/** The type of an option; `any` leaves it to the caller, and with `?` it may be left out. */
export type OptionType =
  `${'any' | 'array' | 'boolean' | 'function' | 'number' | 'object' | 'string'}${'' | '?'}`;

/** The type of every option, by its name. */
export type OptionTypes<O> = { readonly [Name in keyof O]-?: OptionType };

/**
 * Checks that options are an object with these names and no others, each of its type.
 * @param where the function for errors: `defineRbac`
 * @param code Default: 'CONFIG_INVALID'.
 * @throws TenantryError of the code
 */
export function checkOptions<O extends object>(
  where: string,
  options: O,
  types: OptionTypes<O>,
  code?: ErrorCode,
): void {
  checkType(options, 'object', `options of ${where}`, code);
  const names = Object.keys(types);
  for (const name of Object.keys(options))
    check(names.includes(name), `option ${name} of ${where}`, `It has ${names.join(', ')}.`, code);
  for (const name of names as (keyof O & string)[])
    checkType(options[name], types[name], `option ${name} of ${where}`, code);
}

/**
 * Checks the type of an argument.
 * @param code Default: 'CONFIG_INVALID'.
 * @throws TenantryError of the code
 */
export function checkType(value: unknown, type: OptionType, name: string, code?: ErrorCode): void {
  const wanted = type.replace('?', '');
  const found = typeName(value);
  check(
    wanted === 'any' || found === wanted || (value === undefined && type !== wanted),
    `${name} of type ${found}`,
    `Pass one of type ${wanted}.`,
    code,
  );
}
