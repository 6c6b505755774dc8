/** A column in BigQuery's JSON form of a schema. */
interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  readonly description: string;
  readonly fields?: readonly Field[];
}

function required(name: string, type: string, description: string): Field {
  return { name, type, mode: "REQUIRED", description };
}

function nullable(name: string, type: string, description: string): Field {
  return { name, type, mode: "NULLABLE", description };
}

/** Schemas of the sample tables by `dataset/table`; the warehouse takes the columns' types from them. */
export const SAMPLE_SCHEMAS: Readonly<Record<string, readonly Field[]>> = {
  "sales/customers": [
    required("customer_id", "INT64", "Identifier of the customer."),
    required("name", "STRING", "Full name."),
    required("email", "STRING", "Address, always at example.com."),
    required("country", "STRING", "ISO 3166-1 code of two letters."),
    required("segment", "STRING", "consumer, small business or enterprise."),
    required("signed_up_at", "DATE", "Day on which the account was made."),
  ],
  "sales/transactions": [
    required("transaction_id", "INT64", "Identifier of the transaction."),
    required("customer_id", "INT64", "The customer, as in sales.customers."),
    required("product", "STRING", "Name of the product."),
    required("category", "STRING", "Category of the product."),
    required("quantity", "INT64", "How many were bought."),
    required("unit_price", "NUMERIC", "Price of one, discount included."),
    required("revenue", "NUMERIC", "unit_price times quantity."),
    required("currency", "STRING", "ISO 4217 code."),
    required("status", "STRING", "completed, refunded or pending."),
    required("created_at", "TIMESTAMP", "When it was bought."),
  ],
  "web/events": [
    required("event_id", "INT64", "Identifier of the event."),
    nullable("user_id", "INT64", "The customer, as in sales.customers; NULL for a visitor."),
    required("event_name", "STRING", "page_view, search, add_to_cart or purchase."),
    required("page", "STRING", "Path of the page."),
    required("device", "STRING", "mobile, desktop or tablet."),
    required("country", "STRING", "ISO 3166-1 code of two letters."),
    required("occurred_at", "TIMESTAMP", "When it happened."),
    {
      ...nullable("properties", "RECORD", "What else is known."),
      fields: [
        nullable("referrer", "STRING", "Where the visit came from."),
        nullable("duration_ms", "INT64", "Milliseconds on the page."),
        { name: "tags", type: "STRING", mode: "REPEATED", description: "Labels of the visit." },
      ],
    },
  ],
};
