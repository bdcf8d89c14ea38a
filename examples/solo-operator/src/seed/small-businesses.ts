import type { Work } from './work.ts';

/** A freelancer whose free plan is full: three active clients of three. */
export const oliveiraWeb: Work = {
  clients: [
    { name: 'Beatriz Santos', company: 'Padaria Santos', email: 'beatriz@padariasantos.example' },
    { name: 'Henrik Dahl', company: 'Dahl Boats', email: 'henrik@dahlboats.example' },
    { name: 'Sofia Marques', company: 'Quinta do Vale' },
    { name: 'Marta Lopes', company: 'Lopes Arquitetos', status: 'lead' },
    { name: 'Rui Costa', status: 'inactive' },
  ],
  projects: [
    {
      client: 'Beatriz Santos',
      name: 'Bakery website',
      type: 'dev',
      currency: 'EUR',
      budget: 240_000,
      tasks: { 'To do': ['Order form for cakes'], Done: ['Photographs'] },
    },
    {
      client: 'Henrik Dahl',
      name: 'Boat configurator',
      type: 'dev',
      currency: 'EUR',
      budget: 980_000,
      tasks: { 'In progress': ['Prices by engine'] },
    },
  ],
  invoices: [
    {
      client: 'Henrik Dahl',
      project: 'Boat configurator',
      issueDate: '2026-09-28',
      status: 'paid',
      currency: 'EUR',
      taxRate: 2300,
      lines: [{ description: 'Configurator, weeks', quantity: 3, rate: 210_000 }],
    },
    {
      client: 'Beatriz Santos',
      project: 'Bakery website',
      issueDate: '2026-10-14',
      status: 'sent',
      currency: 'EUR',
      taxRate: 2300,
      lines: [{ description: 'Website, hours', quantity: 18.5, rate: 5_500 }],
    },
  ],
  secrets: [
    {
      client: 'Beatriz Santos',
      name: 'Website administrator',
      category: 'passwords',
      secret: 'pastel-de-nata-17',
    },
  ],
  personalTasks: [{ title: 'Renew the health insurance', category: 'health', isToday: true }],
};

/** The business of somebody who also works for the studio. */
export const weberTon: Work = {
  clients: [{ name: 'Nora Lindner', company: 'Radio Lindenhof', email: 'nora@lindenhof.example' }],
  projects: [
    {
      client: 'Nora Lindner',
      name: 'Podcast, season two',
      type: 'content',
      currency: 'EUR',
      budget: 180_000,
    },
  ],
};
