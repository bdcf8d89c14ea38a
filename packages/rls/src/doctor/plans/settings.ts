import { literal, name } from '@tenantry/core/sql';
import { everything } from '../expression/expression.ts';
import type { Bare } from '../subject/types.ts';

/** The settings that policies read, and that of the tenancy. */
function settingsOf({ tables, model }: Bare): string[] {
  const settings = new Set<string>();
  if (model.tenancy?.context === 'plain') settings.add(model.tenancy.setting);
  for (const condition of tables.flatMap((t) => t.policies).flatMap((p) => p.conditions)) {
    for (const part of everything(condition.expression)) {
      if (part.kind !== 'call' || !/(^|\.)current_setting$/.test(part.name)) continue;
      const [setting] = part.args.map((arg) => (arg.kind === 'cast' ? arg.item : arg));
      if (setting?.kind === 'text' && setting.value.includes('.')) settings.add(setting.value);
    }
  }
  return [...settings];
}

/** Statements that set all of them to one value for the transaction; Citus takes SET LOCAL alone to its workers. */
export function settingsSql(subject: Bare, value: string): string[] {
  const isCitus = subject.catalogue.citus !== undefined;
  const each = settingsOf(subject).map((setting) =>
    isCitus
      ? `set local ${name(...setting.split('.')).sql} = ${literal(value).sql}`
      : `select pg_catalog.set_config(${literal(setting).sql}, '${value}', true)`,
  );
  return isCitus ? [`set local citus.propagate_set_commands = 'local'`, ...each] : each;
}
