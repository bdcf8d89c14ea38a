/** Common words for an interval, and Stripe's form. */
const words: Readonly<Record<string, string>> = {
  day: 'day 1',
  daily: 'day 1',
  week: 'week 1',
  weekly: 'week 1',
  month: 'month 1',
  monthly: 'month 1',
  quarter: 'month 3',
  quarterly: 'month 3',
  halfyearly: 'month 6',
  semiannual: 'month 6',
  semiannually: 'month 6',
  biannual: 'month 6',
  year: 'year 1',
  yearly: 'year 1',
  annual: 'year 1',
  annually: 'year 1',
};

/** `month 1` for `monthly`; undefined for an unknown word. */
export function intervalOf(word: string): string | undefined {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  return Object.hasOwn(words, plain) ? words[plain] : undefined;
}
