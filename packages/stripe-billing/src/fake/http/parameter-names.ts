/**
 * The parameters of each route, with Stripe's names; a list is named after its field. A test compares
 * them with the types of the SDK.
 */
export const parameters: Readonly<Record<string, string>> = {
  'POST /v1/customers': `
    address balance business_name cash_balance description email expand individual_name
    invoice_prefix invoice_settings metadata name next_invoice_sequence payment_method phone
    preferred_locales shipping source tax tax_exempt tax_id_data test_clock validate
  `,
  'POST /v1/customers/:id': `
    address balance business_name cash_balance default_source description email expand
    individual_name invoice_prefix invoice_settings metadata name next_invoice_sequence
    phone preferred_locales shipping source tax tax_exempt validate
  `,
  'POST /v1/products': `
    active default_price_data description expand id images marketing_features metadata name
    package_dimensions shippable statement_descriptor tax_code tax_details type unit_label
    url
  `,
  'POST /v1/products/:id': `
    active default_price description expand images marketing_features metadata name
    package_dimensions shippable statement_descriptor tax_code tax_details unit_label url
  `,
  'POST /v1/prices': `
    active billing_scheme currency currency_options custom_unit_amount expand lookup_key
    metadata nickname product product_data recurring tax_behavior tiers tiers_mode
    transfer_lookup_key transform_quantity unit_amount unit_amount_decimal
  `,
  'POST /v1/prices/:id': `
    active currency_options expand lookup_key metadata nickname tax_behavior
    transfer_lookup_key
  `,
  'GET /v1/prices': `
    active created currency ending_before expand limit lookup_keys product recurring
    starting_after type
  `,
  'POST /v1/subscriptions': `
    add_invoice_items application_fee_percent automatic_tax backdate_start_date
    billing_cycle_anchor billing_cycle_anchor_config billing_mode billing_schedules
    billing_thresholds cancel_at cancel_at_period_end collection_method currency customer
    customer_account days_until_due default_payment_method default_source default_tax_rates
    description discounts expand invoice_settings items metadata off_session on_behalf_of
    payment_behavior payment_settings pending_invoice_item_interval proration_behavior
    transfer_data trial_end trial_from_plan trial_period_days trial_settings
  `,
  'POST /v1/subscriptions/:id': `
    add_invoice_items application_fee_percent automatic_tax billing_cycle_anchor
    billing_schedules billing_thresholds cancel_at cancel_at_period_end cancellation_details
    collection_method days_until_due default_payment_method default_source default_tax_rates
    description discounts expand invoice_settings items metadata off_session on_behalf_of
    pause_collection payment_behavior payment_settings pending_invoice_item_interval
    proration_behavior proration_date transfer_data trial_end trial_from_plan trial_settings
  `,
  'DELETE /v1/subscriptions/:id': `
    cancellation_details expand invoice_now prorate
  `,
  'GET /v1/subscriptions': `
    automatic_tax collection_method created current_period_end current_period_start customer
    customer_account ending_before expand limit plan price starting_after status test_clock
  `,
  'POST /v1/subscription_items': `
    billing_thresholds current_trial discounts expand metadata payment_behavior plan price
    price_data proration_behavior proration_date quantity subscription tax_rates
  `,
  'POST /v1/subscription_items/:id': `
    billing_thresholds current_trial discounts expand metadata off_session payment_behavior
    plan price price_data proration_behavior proration_date quantity tax_rates
  `,
  'GET /v1/subscription_items': `
    ending_before expand limit starting_after subscription
  `,
  'POST /v1/invoices': `
    account_tax_ids application_fee_amount auto_advance automatic_tax
    automatically_finalizes_at collection_method currency custom_fields customer
    customer_account days_until_due default_payment_method default_source default_tax_rates
    description discounts due_date effective_at expand footer from_invoice issuer metadata
    number on_behalf_of payment_settings pending_invoice_items_behavior rendering
    shipping_cost shipping_details statement_descriptor subscription transfer_data
  `,
  'POST /v1/invoices/:id': `
    account_tax_ids application_fee_amount auto_advance automatic_tax
    automatically_finalizes_at collection_method custom_fields days_until_due
    default_payment_method default_source default_tax_rates description discounts due_date
    effective_at expand footer issuer metadata number on_behalf_of payment_settings
    rendering shipping_cost shipping_details statement_descriptor transfer_data
  `,
  'POST /v1/invoices/:id/pay': `
    expand forgive mandate off_session paid_out_of_band payment_method source
  `,
  'GET /v1/invoices': `
    collection_method created customer customer_account due_date ending_before expand limit
    starting_after status subscription
  `,
  'POST /v1/invoiceitems': `
    amount currency customer customer_account description discountable discounts expand
    invoice metadata period price_data pricing quantity quantity_decimal subscription
    tax_behavior tax_code tax_rates unit_amount_decimal
  `,
  'POST /v1/checkout/sessions': `
    adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types
    automatic_tax billing_address_collection branding_settings cancel_url
    client_reference_id consent_collection currency custom_fields custom_text customer
    customer_account customer_creation customer_email customer_update discounts
    excluded_payment_method_types expand expires_at integration_identifier invoice_creation
    line_items locale managed_payments metadata mode name_collection optional_items
    origin_context payment_intent_data payment_method_collection
    payment_method_configuration payment_method_data payment_method_options permissions
    phone_number_collection redirect_on_completion return_url saved_payment_method_options
    setup_intent_data shipping_address_collection shipping_options submit_type
    subscription_data success_url tax_id_collection ui_mode wallet_options
  `,
  'POST /v1/billing_portal/sessions': `
    after_expiration configuration customer customer_account expand flow_data locale
    on_behalf_of return_url
  `,
  'POST /v1/subscription_schedules': `
    billing_mode customer customer_account default_settings end_behavior expand
    from_subscription metadata pause_schedules phases start_date
  `,
  'POST /v1/webhook_endpoints': `
    api_version connect description enabled_events expand metadata url
  `,
  'POST /v1/subscriptions items': `
    billing_thresholds current_trial discounts metadata plan price price_data quantity
    tax_rates
  `,
  'POST /v1/subscriptions/:id items': `
    billing_thresholds clear_usage current_trial deleted discounts id metadata plan price
    price_data quantity tax_rates
  `,
  'POST /v1/prices recurring': `
    interval interval_count meter trial_period_days usage_type
  `,
  'POST /v1/prices product_data': `
    active id metadata name statement_descriptor tax_code tax_details unit_label
  `,
  'POST /v1/checkout/sessions line_items': `
    adjustable_quantity metadata price price_data quantity tax_rates
  `,
  'POST /v1/checkout/sessions subscription_data': `
    application_fee_percent billing_cycle_anchor billing_cycle_anchor_config billing_mode
    default_tax_rates description invoice_settings metadata on_behalf_of
    pending_invoice_item_interval proration_behavior transfer_data trial_end
    trial_period_days trial_settings
  `,
};
