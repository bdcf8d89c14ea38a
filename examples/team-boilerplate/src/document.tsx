import { renderToString } from 'react-dom/server';
import { Page } from '../ui/Page.tsx';
import type { PageState } from '../ui/state.ts';

/** The whole document of a page, with its state for the script. */
export function documentOf(state: PageState): string {
  const page = renderToString(<Page state={state} />);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Team</title>
<link rel="stylesheet" href="/assets/style.css">
</head>
<body>
<div id="root">${page}</div>
<script type="application/json" id="state">${inScript(state)}</script>
<script type="module" src="/assets/client.js"></script>
</body>
</html>
`;
}

/** JSON that ends no script element, whatever people type. */
const inScript = (state: PageState) => JSON.stringify(state).replaceAll('<', '\\u003c');
