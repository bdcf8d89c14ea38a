import { titleOfFunction } from './policy-functions.ts';
import type { Rule } from './rule.ts';

const named =
  /\b(?:secret|password|passwd|api_?key|private_?key|signing_?key|hmac_?key|token)\w*\s*(?:text|varchar|bytea|constant|:=|=|=>|\s)+\s*'([^']{12,})'/i;
const known =
  /'(?:sk|rk|pk|whsec|ghp|xox[abp])_[A-Za-z0-9_]{16,}'|-----BEGIN [A-Z ]*PRIVATE KEY-----|'eyJ[\w-]{10,}\.[\w-]{10,}\./;
const keyOfHmac = /\bhmac\s*\([^;]*,\s*'([^']{8,})'\s*(?:::\w+)?\s*,/i;

const holdsSecret = (code: string) => named.test(code) || known.test(code) || keyOfHmac.test(code);

/** No secret stands in a function. */
export const secretInFunction: Rule = {
  id: 'secret-in-function',
  group: 'objects',
  severity: 'error',
  title: 'No secret stands in a function',
  *find({ catalogue: { functions } }) {
    for (const each of functions) {
      const code = each.body.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '');
      if (!holdsSecret(code)) continue;
      yield {
        object: titleOfFunction(each),
        found:
          'its body holds a text that looks like a key or a password, and every role can read the body of every function.',
        fix: 'Keep it in a table that only the owner of the function reads, and change it.',
      };
    }
  },
};
