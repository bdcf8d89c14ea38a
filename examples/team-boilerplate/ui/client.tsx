import { hydrateRoot } from 'react-dom/client';
import { browser } from './browser.ts';
import { Page } from './Page.tsx';
import type { PageState } from './state.ts';

const root = browser.document.getElementById('root');
const state = browser.document.getElementById('state');
if (root !== null && state !== null) {
  hydrateRoot(root, <Page state={JSON.parse(state.textContent) as PageState} />);
}
