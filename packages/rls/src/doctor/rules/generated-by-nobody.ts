import { differencesOf } from './generated.ts';
import type { Rule } from './rule.ts';

/** In the schema of the tenancy stands nothing but what generate made. */
export const generatedByNobody: Rule = {
  id: 'generated-by-nobody',
  group: 'schema',
  severity: 'error',
  title: 'In the schema of the tenancy stands nothing but what generate makes',
  *find(subject) {
    const definers = new Set(
      subject.catalogue.functions.filter((f) => f.definer).map((f) => `${f.schema}.${f.name}`),
    );
    for (const found of differencesOf(
      subject,
      ['foreign'],
      'Drop it; or, if it belongs to a feature, name the feature in tenantry.config.ts.',
    )) {
      const definer = definers.has(found.object.replace(/\(.*/s, ''));
      yield { ...found, severity: definer ? 'error' : 'warning' };
    }
  },
};
