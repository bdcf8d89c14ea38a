import { defineConfig } from 'vitepress';
import { exportsOf, page, section } from './sidebar.ts';

// Dead links fail the build.
export default defineConfig({
  title: 'Tenantry',
  description: 'Multi-tenancy for TypeScript on PostgreSQL',
  lang: 'en',
  cleanUrls: true,
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start/quickstart' },
      { text: 'Errors', link: '/errors/' },
      { text: 'Performance', link: '/performance' },
    ],
    sidebar: [
      section('Start', 'start'),
      section('Guides', 'guides'),
      section('Concepts', 'concepts'),
      section('Reference', 'reference'),
      { text: 'Every export', collapsed: true, items: exportsOf('reference/api') },
      { ...section('Rules of doctor', 'rules'), collapsed: true },
      { ...section('Rules of the ESLint plugin', 'eslint'), collapsed: true },
      page('errors/index.md'),
      page('performance.md'),
    ],
    outline: 'deep',
    search: { provider: 'local' },
  },
});
