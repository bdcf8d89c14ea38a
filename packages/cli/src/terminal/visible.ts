/**
 * Shows control characters of a text instead of sending them to the terminal: it may hold what tenants have
 * written. Line breaks, tabs and our own colours stay.
 */
export const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}(\[(?:[0-2]|3[1-3])m)?/gu, (found, colour: string | undefined) => {
    const [control = ''] = found;
    if (control === '\n' || control === '\t' || (control === '\u001b' && colour !== undefined))
      return found;
    const code = control.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}${colour ?? ''}`;
  });
