/** A mail with one link. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly url: string;
}

/** How mails are sent: a mail service, or an array in tests. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
}
