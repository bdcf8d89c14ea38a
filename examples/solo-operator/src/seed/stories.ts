// Three businesses of the same kind and of three sizes: a studio that has hired, a freelancer whose free plan
// is full, and one who has just begun. Their customers pay in four currencies.

export type BusinessKey = 'nair' | 'oliveira' | 'weber';
export type PersonKey = 'priya' | 'tomas' | 'jonas';

export const people = {
  priya: { name: 'Priya Nair', email: 'priya@nairstudio.example' },
  tomas: { name: 'Tomás Oliveira', email: 'tomas@oliveira.example' },
  jonas: { name: 'Jonas Weber', email: 'jonas@weberton.example' },
} as const;

export const businessStories = {
  nair: {
    owner: 'priya',
    members: ['jonas'],
    plan: 'solo',
    business: {
      name: 'Nair Studio',
      slug: 'nair-studio',
      currency: 'INR',
      taxRate: 1800,
      timeZone: 'Asia/Kolkata',
      invoiceNotes: 'Payable within 14 days by bank transfer.',
    },
  },
  oliveira: {
    owner: 'tomas',
    members: [],
    plan: 'free',
    business: {
      name: 'Oliveira Web',
      slug: 'oliveira-web',
      currency: 'EUR',
      taxRate: 2300,
      timeZone: 'Europe/Lisbon',
    },
  },
  weber: {
    owner: 'jonas',
    members: [],
    plan: 'free',
    business: { name: 'Weber Ton', slug: 'weber-ton', currency: 'EUR', timeZone: 'Europe/Berlin' },
  },
} as const;
