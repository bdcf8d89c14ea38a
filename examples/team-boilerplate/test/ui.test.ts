import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { documentOf } from '../src/document.tsx';
import type { Permission } from '../src/rbac.ts';
import { Page } from '../ui/Page.tsx';
import { keyOf } from '../ui/Roles.tsx';
import type { BoardState } from '../ui/state.ts';

const board = (permissions: readonly Permission[], title = 'Score the U16 final'): BoardState => ({
  page: 'board',
  base: '',
  organization: { name: 'Ridgeline Sports', slug: 'ridgeline' },
  snapshot: { user: 'u', version: 1, roles: ['scorer'], permissions, resources: {} },
  projects: [{ id: 'p', name: 'North Arena' }],
  tasks: [{ id: 't', projectId: 'p', title, status: 'open' }],
  roles: [],
  permissions: ['projects:read'],
  members: [],
});
const html = (state: BoardState) => renderToString(createElement(Page, { state }));
const offers = (page: string) =>
  ['Done', 'Add project', 'Give role', 'Add role'].filter((button) => page.includes(`>${button}<`));

it('offers what the permissions allow, and nothing else', () => {
  expect(offers(html(board([])))).toEqual([]);
  expect(offers(html(board(['tasks:update'])))).toEqual(['Done']);
  expect(offers(html(board(['projects:create'])))).toEqual(['Add project']);
  expect(offers(html(board(['members:assign', 'roles:manage'])))).toEqual([
    'Give role',
    'Add role',
  ]);
  expect(html(board([]))).toContain('Who may create projects adds one here.');
});

it('shows markup as text, also in the state of the page', () => {
  const page = documentOf(board([], '</script><img src=x onerror=alert(1)>'));
  expect(page).not.toContain('<img');
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  const [, state = ''] = /id="state">(.*)<\/script>\n/.exec(page) ?? [];
  expect(JSON.parse(state).tasks[0].title).toBe('</script><img src=x onerror=alert(1)>');
});

it('makes a key of the name of a role', () => {
  expect(keyOf('Location manager')).toBe('location-manager');
  expect(keyOf(' Día & Noche! ')).toBe('d-a-noche');
});
