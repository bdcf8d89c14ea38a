import { everything } from '../expression/expression.ts';
import type { Bare } from '../subject/types.ts';

/** The settings that policies read, and that of the tenancy. */
export function settingsOf({ tables, model }: Bare): string[] {
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
