// How many decimals a currency has, by ISO 4217. Intl knows it for display only: ICU says 0 for HUF, COP and
// IQD, which have 2, 2 and 3, and changes its mind from one version of Node to the next. What is stored must
// mean the same for ever.

const decimals: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

const known = new Set(Intl.supportedValuesOf('currency'));

/** Whether a text is the code of a currency: 'EUR', not 'eur' and not 'EURO'. */
export const isCurrency = (code: string): boolean => known.has(code);

/** The decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export const decimalsOf = (code: string): number => decimals.get(code) ?? 2;
