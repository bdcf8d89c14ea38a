import type { ReactNode } from 'react';
import './style.css';

export const metadata = {
  title: 'Solo operator',
  description: 'Clients, invoices and secrets of a small business',
};

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
