-- What no column type says about an invoice. Written by hand; `tenantry generate` reads it and keeps it.

-- Whether the sums of an invoice agree with its lines, and the lines have their form. A CHECK asks it, so it
-- holds for every statement of everybody. Halves are rounded away from zero, as in src/money/lines.ts.
create function invoice_adds_up(
  lines jsonb, subtotal bigint, tax_rate integer, tax_amount bigint, total bigint
) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  line jsonb;
  quantity numeric;
  rate numeric;
  amount numeric;
  lines_sum numeric := 0;
begin
  if jsonb_typeof(lines) <> 'array' or jsonb_array_length(lines) not between 1 and 200 then
    return false;
  end if;
  for line in select jsonb_array_elements(lines) loop
    if jsonb_typeof(line) <> 'object'
      or (select array_agg(key order by key) from jsonb_object_keys(line) key)
        is distinct from array['amount', 'description', 'quantity', 'rate']
      or jsonb_typeof(line -> 'description') <> 'string'
      or length(line ->> 'description') not between 1 and 500
      or jsonb_typeof(line -> 'quantity') <> 'number'
      or jsonb_typeof(line -> 'rate') <> 'number'
      or jsonb_typeof(line -> 'amount') <> 'number'
    then
      return false;
    end if;
    quantity := (line ->> 'quantity')::numeric;
    rate := (line ->> 'rate')::numeric;
    amount := (line ->> 'amount')::numeric;
    -- hours and pieces in hundredths; money in whole units, also a discount, which is below zero
    if quantity not between 0 and 1000000 or quantity <> round(quantity, 2)
      or rate not between -1000000000000 and 1000000000000 or rate <> trunc(rate)
      or amount <> round(quantity * rate)
    then
      return false;
    end if;
    lines_sum := lines_sum + amount;
  end loop;
  return subtotal = lines_sum
    and subtotal between 0 and 9007199254740991
    and tax_amount = round(subtotal::numeric * tax_rate / 10000)
    and total = subtotal + tax_amount
    and total <= 9007199254740991;
end
$$;
--> statement-breakpoint
alter table invoices add constraint invoices_add_up
  check (invoice_adds_up(line_items, subtotal, tax_rate, tax_amount, total));
--> statement-breakpoint

-- Counts new invoices for the month of the business, in the statement that inserts them: raw SQL, a bulk
-- insert and an upsert too. The system role imports invoices of years past, which count for nothing.
create function count_new_invoices() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  added bigint := (select count(*) from new_invoices);
begin
  if added > 0 and current_user = 'app' then
    perform tenantry.usage_take('invoices', added, null, null);
  end if;
  return null;
end
$$;
--> statement-breakpoint
create trigger invoices_count_new after insert on invoices
  referencing new table as new_invoices
  for each statement execute function count_new_invoices();
--> statement-breakpoint

-- What was sent stays as it is: its status goes on, its client and its project may go, and nothing else.
create function keep_sent_invoice() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.status = 'draft'
    or (new.bill_to, new.issue_date, new.due_date, new.currency, new.line_items, new.subtotal, new.tax_rate,
        new.tax_amount, new.total, new.notes)
      is distinct from (old.bill_to, old.issue_date, old.due_date, old.currency, old.line_items, old.subtotal,
        old.tax_rate, old.tax_amount, old.total, old.notes)
  then
    raise exception 'INVOICE_CLOSED: invoice % was sent', old.number using errcode = 'TN001';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger invoices_keep_sent before update on invoices
  for each row when (old.status <> 'draft') execute function keep_sent_invoice();
